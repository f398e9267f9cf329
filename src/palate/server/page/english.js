// The page in English. `words` are those of the service.
export const ENGLISH = {
  skip: "Skip to the question", for: "For", stranger: "a stranger", profile: "Profile", new: "New talk",
  talk: "Talk", lead: "What are you in the mood for?", sayHint: "In your own words", ask: "Ask",
  stop: "Stop", instance: "For instance", recommendations: "Recommendations", inForce: "In force",
  close: "Close", you: "You:", theme: "Theme: {name}", system: "as the system", light: "light", dark: "dark",

  hintAny: "recommend something", hintTag: "{tag}, but no {other}", hintDecade: "something from the {decade}s",
  hintLike: "something like {title}",

  thinking: "thinking", stopped: "Stopped. Nothing of this turn is kept.", oneAtATime: "One question at a time: wait for the answer, or stop it.",
  again: "Try again", madeByRules: "Answered by rules", madeBy: "Answered by {name}", noCost: "none: no model was asked",
  show: "Show these {count}", whole: "Show all of it", noneYet: "What is recommended will stand here.", minutes: "{count} min", here: "{count} recommendations are shown.",
  remove: "Remove: {text}", removed: "No longer in force: {text}", askAgain: "Ask again without it", askAgainWords: "recommend something",
  takenUp: "The talk goes on where it was.", goneOn: "This talk went on in another tab; here is all of it.",

  rankedBy: "Ranked by", prior: "the prior", priorFixed: "the prior, with fixed weights", model: "{name}", modelHow: "{name} ({how})",
  fused: "{model}, with {prior} (weight {weight})", knownFrom: "Based on", took: "Ranked in", seconds: "{seconds} s", milliseconds: "{ms} ms", cost: "Cost",
  noPrice: "{tokens} tokens", price: "{tokens} tokens, ${usd}", waited: "waited {seconds} s",

  evidence: "Evidence", evidenceOf: "Evidence for {title}", evidenceNote: "How much each counts for it, in log-odds.",
  opinionOf: "What you think of {title}", like: "Like", dismiss: "Not for me", view: "Seen it",
  toldLike: "Noted: you like it.", toldDismiss: "Noted: it will not be shown again.", toldView: "Noted: you know it.",
  takenBack: "Taken back.", whoFirst: "That counts for this talk. To be remembered, say at the top whom this is for.",
  sayLike: "I loved \"{title}\"", sayDismiss: "I did not like \"{title}\"", sayView: "I have seen \"{title}\"", newFor: "A new talk, for {who}.",
  whyNot: "Why not …?", whyNotOf: "Why {title}, and not another?", whyNotTitle: "Why {title}, and not …?", expected: "Which one did you expect?",
  whyNotAsk: "Why not?", noSuchTitle: "Nothing in the catalogue goes by that name. Type a part of the title, and choose from the list.",
  looking: "Looking …", numbers: "In numbers", notKept: "How these were made is no longer kept: ask anew.",

  profileOf: "Profile of {who}", strangerProfile: "Nothing is kept of a stranger beyond this talk. Say in the field at the top whom this is for, and tastes are remembered.",
  reading: "Reading …", unknown: "Nothing is known of {who} yet.", knownThings: "Known of what you did: {count}.", knownNone: "Nothing that you did is known yet.",
  leansTo: "Leans to", turnsFrom: "Turns from", wishes: "Wishes", wishLabel: "Something that always holds", wishHint: "slow films about work",
  want: "I want", unwant: "I do not want", add: "Add", added: "Wish added.", not: "not: {text}", removeIt: "Remove", removeWish: "Remove the wish {text}",
  wishRemoved: "Wish removed.", did: "What you did", forget: "Forget", forgetIt: "Forget {what} {title}", forgotten: "Forgotten.", more: "Show {count} more",
  nothingDone: "Nothing yet.", talks: "Talks", open: "Open", openTalk: "Open the talk {title}", eraseTalk: "Erase the talk {title}", erase: "Erase",
  thisOne: "this talk", talkErased: "The talk is erased.", thisTalk: "Erase this talk", save: "Save all as a file", signOut: "Sign out",
  eraseAll: "Erase everything about {who}", eraseSure: "Press again to erase {who} for good", erased: "{who} is erased.",

  signIn: "Sign in", key: "Key", signInHow: "Open the link that `palate serve` printed, or give a key.",
  linkUsed: "That link was used already, or is too old. `palate keys link` prints a new one; or give a key.",
  sessionOver: "Your session is over: it lasts twelve hours, and ends with the server. `palate keys link` prints a new link; or give a key. The talk goes on then.",
  erasedOut: "Everything about {who} is erased, and this session with it. A new link or key starts from nothing.", signedOut: "You are signed out.", badKey: "This is no key of this server. `palate keys add` makes one.",

  faultGone: "The service does not answer. See that `palate serve` is running, then try again.",
  faultBroken: "The answer broke off: the connection to the service was lost. Try again.",
  faultOften: "Too many questions in too short a time. Try again in {wait} s.",
  faultBusy: "The service has too much to do just now. Try again in a moment.",
  faultModel: "The model did not answer. Try again; if it stays so, see that its server is running.",
  faultOurs: "Something failed in the service. Try again; if it happens again, its log tells more under {request}.",
  faultMay: "This key or link may not do that: {detail}", faultOther: "{detail}", faultStatus: "The service answered {status}. Try again.",

  words: {
    like: "liked", dislike: "disliked", rate: "rated", view: "seen", click: "opened", purchase: "bought", play: "played",
    save: "saved", skip: "skipped", dismiss: "not for me", warm: "what you did", "wishes only": "your wishes",
    "history of the request": "this talk", "no events": "this talk alone", "no user": "this talk alone",
  },
  genres: {},
};
