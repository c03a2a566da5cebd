/** Something to wait for until a test lets it go. @module */

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function closedGate(): Gate {
  const opening: (() => void)[] = [];
  const opened = new Promise<void>((resolve) => void opening.push(resolve));
  return { opened, open: () => opening.forEach((resolve) => void resolve()) };
}
