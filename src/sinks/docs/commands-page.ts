import { type GeneratedPage, page } from './document.ts';
import { SCHEMA_DOCUMENTS } from './schemas/documents.ts';

/** `--help` of every command, as it prints. */
export function commandsPage(helps: readonly { readonly name: string; readonly help: string }[]): GeneratedPage {
  return page(
    'docs/commands.md',
    'Commands',
    helps.flatMap(({ name, help }) => [
      `## ${name}`,
      `\`\`\`text\n${help.trimEnd()}\n\`\`\``,
      ...schemaLinks(name.replace(/^meshladder /, '')),
    ]),
  );
}

/** The schemas of what a command writes with `-o json`, where it does. */
function schemaLinks(command: string): readonly string[] {
  const links = SCHEMA_DOCUMENTS.flatMap(({ name, commands }) =>
    commands
      .filter((each) => each === command || each.startsWith(`${command} `))
      .map((each) => `- \`${each}\`: [schemas/${name}.json](schemas/${name}.json)`),
  );
  return links.length === 0 ? [] : [`JSON Schema of what \`-o json\` writes:\n\n${links.join('\n')}`];
}
