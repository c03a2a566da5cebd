/** An answer before it is sent: faults may still change it. @module */

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return textReply(status, JSON.stringify(value), 'application/json', headers);
}

export function textReply(
  status: number,
  text: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers: { 'Content-Type': contentType, ...headers }, body: encoder.encode(text) };
}

/** The page a proxy in front of the API shows when the API does not answer. */
export function htmlReply(status: number): Reply {
  const title = status === 502 ? '502 Bad Gateway' : `${status} Error`;
  return textReply(
    status,
    `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n</body>\n</html>\n`,
    'text/html',
  );
}

/** An error as object stores word it. */
export function xmlReply(status: number, code: string, message: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textReply(status, body, 'application/xml');
}

/** The JSON of a reply's body. @throws SyntaxError when it is none. */
export function jsonOf(reply: Reply): unknown {
  return JSON.parse(new TextDecoder().decode(reply.body));
}
