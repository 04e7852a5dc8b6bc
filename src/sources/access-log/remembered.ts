/** Longer texts are worked out each time: memory must not grow by what a line is long. */
const MAX_TEXT = 512;
const MAX_ANSWERS = 4096;

/**
 * Works out an answer once for a text that comes again and again, such as a cluster's name. With too many texts it forgets
 * them all.
 */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || text.length > MAX_TEXT) return known ?? answer(text);
    if (answers.size >= MAX_ANSWERS) answers.clear();
    const found = answer(text);
    answers.set(text, found);
    return found;
  };
}
