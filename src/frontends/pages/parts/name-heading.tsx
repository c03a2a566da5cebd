/** The heading of a page about something with a name: what it belongs to before it, quietly. @module */

import type { VNode } from 'preact';
import { nameText } from './human-text.ts';

export function NameHeading({
  owners,
  name,
}: {
  readonly owners: readonly string[];
  readonly name: string;
}): VNode {
  return (
    <h1>
      {owners.map((owner) => (
        <span class="quiet">
          <bdi>{owner}</bdi>/
        </span>
      ))}
      <bdi>{nameText(name)}</bdi>
    </h1>
  );
}
