import { createHash } from 'node:crypto';
import type { Answer, Route } from './answer.ts';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem; padding: 0 1rem; color: #1c2733; background: #fff; }
h1 { font-size: 1.4rem; } code { font-size: .95em; } dt { margin-top: .6rem; } dd { margin: 0; color: #4b5a68; }
@media (prefers-color-scheme: dark) { body { color: #e3e8ed; background: #14191f; } dd { color: #a3b0bc; } a { color: #7cb7ff; } }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What is here and whether it works, for the person who typed the address. Needs no other file and no internet. */
export function landingAnswer(version: string, routes: readonly Route[], pending: readonly string[]): Answer {
  const links = routes
    .filter((route) => route.about !== undefined)
    .map(
      ({ path, about }) =>
        `<dt><a href=".${escapeHtml(path)}"><code>${escapeHtml(path)}</code></a></dt><dd>${escapeHtml(about ?? '')}</dd>`,
    );
  const state = pending.length === 0 ? 'Ready.' : `Not ready: waiting for ${escapeHtml(pending.join(', '))}.`;
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>meshladder</title>
<style>${STYLE}</style>
</head>
<body>
<h1>meshladder ${escapeHtml(version)}</h1>
<p>Climbs the Istio debugging ladder all day, so that on-call does not have to. ${state}</p>
<dl>
${links.join('\n')}
</dl>
</body>
</html>
`;
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body,
    headers: {
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
