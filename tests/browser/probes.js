// What the tests ask a page about its looks; put into every page that they open.
window.probe = {
  /** Pairs of elements whose own text stands on one another's. */
  overlaps() {
    const told = [...document.querySelectorAll("header *, main *")].filter((one) =>
      [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && this.seen(one));
    const boxes = told.map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      return range.getBoundingClientRect();
    });
    const found = [];
    for (let a = 0; a < told.length; a++) for (let b = a + 1; b < told.length; b++) {
      if (told[a].contains(told[b]) || this.layer(told[a]) !== this.layer(told[b])) continue;
      const wide = Math.min(boxes[a].right, boxes[b].right) - Math.max(boxes[a].left, boxes[b].left);
      const high = Math.min(boxes[a].bottom, boxes[b].bottom) - Math.max(boxes[a].top, boxes[b].top);
      if (wide > 1 && high > 3) found.push([told[a], told[b]].map((one) => one.outerHTML.slice(0, 80)));
    }
    return found;
  },
  seen(one) {
    return one.getBoundingClientRect().width > 2 && getComputedStyle(one).clipPath === "none"
      && one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  },
  /** What scrolls or stands still by itself. */
  layer: (one) => one.closest(".ask, .top, #log, .shelf, dialog") || document.body,

  /** Elements inside a container whose text leaves their box; hanging marks may, by a little. */
  escaped: (container) => [...document.querySelectorAll(`${container} *`)].filter((one) =>
    one.getBoundingClientRect().width && one.clientWidth && one.scrollWidth > one.clientWidth + 8
    && getComputedStyle(one).overflow === "visible").map((one) => one.outerHTML.slice(0, 90)),

  /** From now on notes what moves by itself. */
  shifts: [],
  watchShifts() {
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (!one.hadRecentInput)
        this.shifts.push([one.value, one.sources.map((from) => from.node && (from.node.id || from.node.className))]);
    }).observe({ type: "layout-shift" });
  },

  /** Whether what has the focus is on the screen, uncovered, with an outline. */
  focusShows() {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (one === document.body) return true;
    const covered = [...document.querySelectorAll(".top, .ask")].some((bar) => {
      const over = bar.getBoundingClientRect();
      return !bar.contains(one) && one.className !== "skip" && getComputedStyle(bar).position !== "static"
        && box.top >= over.top && box.bottom <= over.bottom;
    });
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && box.bottom > 0 && box.top < innerHeight && !covered;
  },

  /** From now on notes what a screen reader is told. */
  heard: [],
  listen() {
    const spoken = document.getElementById("spoken");
    new MutationObserver(() => this.heard.push(spoken.textContent))
      .observe(spoken, { childList: true, characterData: true, subtree: true });
  },
};
