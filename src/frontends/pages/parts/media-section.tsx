/**
 * What a run logged that is files: the newest of each key, to look at and listen to where a browser can show it in a page, and
 * as links where it can't. Pages and drawings that a run saved are never part of ours; they open by themselves.
 *
 * Files are fetched when they come into sight. Those of somebody else's server are out of sight until they are asked for.
 * @module
 */

import type { VNode } from 'preact';
import { pluralText, savedFilePath, sizeText } from '../../../core/index.ts';
import type { LoggedFile, LoggedMedia, MediaCount, RunMedia } from '../../../overview/index.ts';
import { encodeTreePath } from '../../web/index.ts';
import { nameText } from './human-text.ts';
import { mediaText, newestText, typeText } from './media-text.ts';

interface FilesProps {
  /** Address of the run's directory. */
  readonly files: string;
}

export interface MediaSectionProps extends FilesProps {
  readonly media: RunMedia;
  /** Of all values of the run, those without files among them. */
  readonly counts: readonly MediaCount[];
}

export function MediaSection({ media, counts, files }: MediaSectionProps): VNode | null {
  const { values, moreKeys, isElsewhere } = media;
  if (values.length + moreKeys + counts.length === 0) return null;
  const shown = values.filter(({ files: own }) => own.some(isShown));
  const linked = values.filter(({ files: own }) => !own.every(isShown));
  return (
    <section id="media">
      <h2>Media</h2>
      {counts.length === 0 ? null : <p>{mediaText(counts)}</p>}
      {isElsewhere && shown.length > 0 ? (
        <details>
          <summary>Show the newest of {pluralText(shown.length, 'key')}: fetched from their server</summary>
          <Galleries values={shown} files={files} isElsewhere={true} />
        </details>
      ) : (
        <Galleries values={shown} files={files} isElsewhere={isElsewhere} />
      )}
      {linked.length === 0 ? null : <LinkTable values={linked} files={files} />}
      {moreKeys === 0 ? null : (
        <p class="small">
          Values of {pluralText(moreKeys, shown.length + linked.length === 0 ? 'key' : 'more key')} are among{' '}
          <a href={`${files}/@files`}>its files</a>.
        </p>
      )}
    </section>
  );
}

function isShown({ shownAs }: LoggedFile): boolean {
  return shownAs !== 'link';
}

interface ValuesProps extends FilesProps {
  readonly values: readonly LoggedMedia[];
}

interface PlaceProps extends FilesProps {
  readonly isElsewhere: boolean;
}

function Galleries({ values, ...place }: ValuesProps & PlaceProps): VNode {
  return (
    <div class="galleries">
      {values.map((value) => (
        <Gallery value={value} {...place} />
      ))}
    </div>
  );
}

function Gallery({ value, ...place }: PlaceProps & { readonly value: LoggedMedia }): VNode {
  const { key, files, moreFiles } = value;
  return (
    <div>
      <h3>
        <bdi>{key}</bdi> <span class="small quiet">{newestText(value)}</span>
      </h3>
      <div class="gallery">
        {files.filter(isShown).map((file) => (
          <FileFigure name={`${key}, step ${value.step}`} file={file} {...place} />
        ))}
        {moreFiles === 0 ? null : <p class="small quiet">and {pluralText(moreFiles, 'more file')}</p>}
      </div>
    </div>
  );
}

interface FigureProps extends PlaceProps {
  /** Of what it shows, where it has no caption. */
  readonly name: string;
  readonly file: LoggedFile;
}

function FileFigure({ name, file, files, isElsewhere }: FigureProps): VNode {
  const { caption, hasLayers, shownAs } = file;
  const href = fileHref(files, file);
  return (
    <figure>
      <Shown file={file} href={href} label={caption ?? name} preload={isElsewhere ? 'none' : 'metadata'} />
      <figcaption class="small">
        {caption === null ? null : <bdi>{caption}</bdi>}{' '}
        {shownAs === 'picture' ? null : (
          <a href={href}>
            <bdi>{nameText(baseName(file))}</bdi>
          </a>
        )}
        {hasLayers ? <span class="quiet">boxes and masks: in TensorBoard</span> : null}
      </figcaption>
    </figure>
  );
}

interface ShownProps {
  readonly file: LoggedFile;
  readonly href: string;
  readonly label: string;
  readonly preload: 'none' | 'metadata';
}

/** Captions of what is said in clips and videos are nothing a run saves. */
function Shown({ file, href, label, preload }: ShownProps): VNode {
  switch (file.shownAs) {
    case 'sound':
      // biome-ignore lint/a11y/useMediaCaption: a run has none
      return <audio controls preload={preload} src={href} aria-label={label} />;
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: a run has none
      return <video controls preload={preload} src={href} aria-label={label} />;
    default:
      return <Picture file={file} href={href} label={label} />;
  }
}

/** Of these pixels and less a picture is drawn larger than it is, or there would be little to see. */
const TINY_PIXELS = 64;

function Picture({ file: { width, height }, href, label }: Omit<ShownProps, 'preload'>): VNode {
  const isTiny = width !== null && height !== null && Math.max(width, height) <= TINY_PIXELS;
  return (
    <a href={href}>
      <img
        src={href}
        alt={label}
        loading="lazy"
        decoding="async"
        class={isTiny ? 'tiny' : undefined}
        width={width ?? undefined}
        height={height ?? undefined}
      />
    </a>
  );
}

function LinkTable({ values, files }: ValuesProps): VNode {
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Type</th>
          <th scope="col">Newest files</th>
        </tr>
      </thead>
      <tbody>
        {values.map((value) => (
          <tr>
            <td>
              <bdi>{value.key}</bdi> <span class="small quiet block">{newestText(value)}</span>
            </td>
            <td class="type">{typeText(value)}</td>
            <td>
              <FileLinks value={value} files={files} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function FileLinks({ value, files }: FilesProps & { readonly value: LoggedMedia }): VNode {
  return (
    <>
      {value.files
        .filter((file) => !isShown(file))
        .map((file) => (
          <span class="block">
            <a href={fileHref(files, file)}>
              <bdi>{nameText(baseName(file))}</bdi>
            </a>
            <span class="small quiet">
              {file.size === null ? null : ` ${sizeText(file.size)}`}
              {file.caption === null ? null : <bdi> {file.caption}</bdi>}
            </span>
          </span>
        ))}
      {value.moreFiles === 0 ? null : (
        <span class="small quiet block">and {pluralText(value.moreFiles, 'more file')}</span>
      )}
    </>
  );
}

function fileHref(files: string, { file }: LoggedFile): string {
  return `${files}/@files/${encodeTreePath(savedFilePath(file))}`;
}

function baseName({ file }: LoggedFile): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
