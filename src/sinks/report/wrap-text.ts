/**
 * Breaks a text between words, so that no line is wider than asked for, but for words that are wider alone.
 * @param first begins the first line
 * @param indent begins the others
 */
export function wrapText(text: string, width: number, first: string, indent: string): string {
  const lines: string[] = [];
  let line = first;
  let begun = false;
  for (const word of text.split(' ')) {
    if (begun && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}
