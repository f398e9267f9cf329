// What a person is told when something went wrong, and what to do next.
import { t } from "/words.js";

/** Returns a sentence for a Fault (or for whatever else was thrown). */
export function told(error) {
  if (error.kind === "broken-off") return t("faultBroken");
  const status = error.status;
  if (status === 0) return t("faultGone");
  if (status === 401) return t("sessionOver");
  if (status === 403) return t("faultMay", { detail: error.message });
  if (status === 429) return t("faultOften", { wait: error.wait || 1 });
  if (status === 503 && (error.kind === "busy" || !error.message)) return t("faultBusy");
  if (status === 503) return t("faultOther", { detail: error.message }); // it says what is wanted first
  if (status === 502 || status === 504) return t("faultModel");
  if (status >= 500) return t("faultOurs", { request: error.request });
  return error.message ? t("faultOther", { detail: error.message }) : t("faultStatus", { status });
}
