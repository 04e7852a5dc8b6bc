// @ts-check

/**
 * Remembers which link was followed from each page of the reader's history: who goes back finds the focus at the row that
 * was left, and not at the top.
 * @param {HTMLElement} main
 */
export function createReturning(main) {
  /** What was followed, by the mark of the entry in the history. @type {Map<number, string>} */
  const followed = new Map();
  let newest = Date.now();
  /** @type {string | undefined} */
  let wanted;
  let here = markOfEntry();

  function markOfEntry() {
    const known = history.state?.mark;
    if (typeof known === 'number') return known;
    newest += 1;
    history.replaceState({ mark: newest }, '');
    return newest;
  }

  return {
    /** The place has changed, and what was there is still drawn. */
    leave() {
      const href = main.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : undefined;
      if (typeof href === 'string') followed.set(here, href);
      here = markOfEntry();
      wanted = followed.get(here);
    },
    /** All of the place is drawn. */
    arrive() {
      const link = [...main.querySelectorAll('a[href]')].find((each) => each.getAttribute('href') === wanted);
      wanted = undefined;
      // Whoever has moved on meanwhile is left alone.
      if (
        link instanceof HTMLElement &&
        [main, document.body].includes(/** @type {HTMLElement} */ (document.activeElement))
      )
        link.focus();
    },
  };
}
