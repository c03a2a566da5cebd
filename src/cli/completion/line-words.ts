/** A command line up to the cursor, as the words its shell would make of it. @module */

/** Of the last word, what has been typed so far: empty after a blank. */
export function lineWords(line: string): string[] {
  const words: string[] = [''];
  let quote: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    const add = (text: string) => {
      words[words.length - 1] += text;
    };
    if (character === '\\' && quote !== "'") add(line[++i] ?? '');
    else if (character === quote) quote = null;
    else if (quote !== null) add(character);
    else if (character === '"' || character === "'") quote = character;
    else if (/\s/.test(character)) {
      if (words.at(-1) !== '') words.push('');
    } else add(character);
  }
  return words;
}
