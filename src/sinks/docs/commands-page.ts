import { type GeneratedPage, page } from './document.ts';

/** `--help` of every command, as it prints. */
export function commandsPage(helps: readonly { readonly name: string; readonly help: string }[]): GeneratedPage {
  return page(
    'docs/commands.md',
    'Commands',
    helps.flatMap(({ name, help }) => [`## ${name}`, `\`\`\`text\n${help.trimEnd()}\n\`\`\``]),
  );
}
