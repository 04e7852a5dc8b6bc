import { createHash } from 'node:crypto';
import { marked } from 'marked';
import { type RunbookTitle, readRunbook } from '../runbooks/runbooks.ts';
import { type Answer, type Route, textAnswer } from './answer.ts';

const STYLE = `
body { font: 16px/1.55 system-ui, sans-serif; margin: 2rem auto; max-width: 48rem; padding: 0 1rem; color: #1c2733; background: #fff; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
pre { background: #f2f5f8; padding: .7rem .9rem; overflow-x: auto; border-radius: 4px; } code { font-size: .92em; }
table { border-collapse: collapse; display: block; overflow-x: auto; } th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #d5dde4; }
.copy { float: right; margin: .35rem .35rem 0 .5rem; font: inherit; font-size: .85rem; padding: .1rem .6rem; border: 1px solid #8795a1; border-radius: 4px; color: inherit; background: #fff; cursor: pointer; }
.copy:focus-visible, pre:focus-visible, a:focus-visible { outline: 3px solid #2563eb; outline-offset: 1px; }
.unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
@media print { .copy { display: none; } }
@media (prefers-color-scheme: dark) { body { color: #e3e8ed; background: #14191f; } pre { background: #1f2730; } .copy { background: #14191f; } th, td { border-color: #33404d; } a { color: #7cb7ff; } }
`;
/** Buttons that copy, of the status page's own making: without them a runbook is the same text. */
const SCRIPT = '<script type="module" src="../page/runbook.js"></script>';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** A page for each runbook, and one that leads to them: what `runbook_url` of an alert opens. */
export function runbookRoutes(titles: readonly RunbookTitle[]): readonly Route[] {
  const pages = titles.map((title) => {
    const owner = titles.find(({ name }) => name === title.page) ?? title;
    return { path: `/runbooks/${title.name}`, answer: () => runbookAnswer(owner) };
  });
  const index: Route = {
    path: '/runbooks/',
    about: 'what to do about each alert',
    answer: async () => page('Runbooks', `${(await readRunbook('README')) ?? '# Runbooks'}\n\n${listOf(titles)}`),
  };
  return [index, ...pages];
}

async function runbookAnswer({ page: name, severity, rung }: RunbookTitle): Promise<Answer> {
  const text = await readRunbook(name);
  if (text === undefined) return textAnswer(404, `${name}: this installation came without its runbooks`);
  // Whether to get up, and where on the ladder one stands, before anything else.
  const where = /^\d/.test(rung) ? `rung ${rung}` : rung;
  return page(
    name,
    text.replace(/^# .*$/m, (title) => `${title}\n\n**${severity}** · ${where}`),
  );
}

function listOf(titles: readonly RunbookTitle[]): string {
  return ['## Alerts', ...titles.map(({ name, summary }) => `- [${name}](${name}.md): ${summary}`)].join('\n');
}

function page(title: string, markdown: string): Answer {
  // Files link to each other as files; here they are paths. What lies elsewhere in the repository is not served.
  const html = (marked.parse(markdown, { async: false }) as string)
    .replaceAll(/href="README\.md(#[\w-]*)?"/g, 'href="./$1"')
    .replaceAll(/href="(\w+)\.md(#[\w-]*)?"/g, 'href="$1$2"')
    .replaceAll(/<a href="\.\.\/[^"]*">(.*?)<\/a>/g, '$1')
    // Who has no mouse scrolls what is too wide by the keyboard.
    .replaceAll('<pre>', '<pre tabindex="0">');
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · meshladder</title>
<style>${STYLE}</style>
${SCRIPT}
</head>
<body>
<main>
${html}
</main>
<footer><p><a href="./">All runbooks</a> · <a href="../">meshladder</a></p></footer>
</body>
</html>
`,
    headers: { 'Content-Security-Policy': POLICY },
  };
}
