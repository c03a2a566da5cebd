/** Patterns for names, as shells have them: `*` stands for any characters, also for slashes, and `?` for one. Pure. @module */

export function namePattern(pattern: string): RegExp {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'su');
}
