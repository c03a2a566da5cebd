/** What a bench asks a server through WebHDFS. @module */

interface FileStatus {
  readonly pathSuffix: string;
  readonly type: 'FILE' | 'DIRECTORY';
  readonly length: number;
}

export async function listStatus(url: string, path: string): Promise<readonly FileStatus[]> {
  const answer = await ask<{ FileStatuses: { FileStatus: FileStatus[] } }>(url, path, 'LISTSTATUS');
  return answer.FileStatuses.FileStatus;
}

export async function fileLength(url: string, path: string): Promise<number> {
  return (await ask<{ FileStatus: FileStatus }>(url, path, 'GETFILESTATUS')).FileStatus.length;
}

/** Path of the event file of a run directory. */
export async function eventFile(url: string, directory: string): Promise<string> {
  const files = await listStatus(url, directory);
  const found = files.find(({ pathSuffix }) => pathSuffix.includes('tfevents'));
  if (found === undefined) throw new Error(`no event file in ${directory}`);
  return `${directory}/${found.pathSuffix}`;
}

async function ask<T>(url: string, path: string, operation: string): Promise<T> {
  const response = await fetch(`${url}/webhdfs/v1/${path}?op=${operation}`);
  if (!response.ok) throw new Error(`${operation} ${path}: HTTP ${response.status}`);
  return (await response.json()) as T;
}
