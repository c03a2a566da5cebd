import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { isBlobReference } from '../../../src/plugins/summary.ts';
import { NAMED_MEDIA } from '../../../src/plugins/text/named-media.ts';
import { TABLES } from '../../../src/plugins/text/tables.ts';

function named(value: object | string): string | null {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const points = NAMED_MEDIA.read(text, NO_CONTENTS, 'key');
  if (points.length === 0) return null;
  const tensor = points[0]?.tensor;
  const bytes = tensor !== undefined && 'strings' in tensor ? tensor.strings[0] : undefined;
  if (points.length > 1 || bytes === undefined || isBlobReference(bytes)) throw new Error('not one text');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

describe('media that TensorBoard does not show', () => {
  it('are named with their size and place, and what opens them', () => {
    const path = 'media/plotly/plotly_14_ef359191301f3a2c90a0.plotly.json';
    expect(named({ _type: 'plotly-file', path, size: 6571, sha256: 'ef' })).toBe(
      [
        `- **plotly-file**, 6.4 KiB: \`@files/${path}\``,
        '',
        "`@files` is in the run's directory. No TensorBoard dashboard shows Plotly figures; `plotly.io.read_json` of Python opens it.",
      ].join('\n'),
    );
  });

  it('may be a list, each with its caption', () => {
    const html = ['a', 'b'].map((name) => ({
      _type: 'html-file',
      path: `media/html/${name}.html`,
      caption: `<${name}>`,
    }));
    expect(named({ _type: 'html', count: 2, html })).toContain(
      '- **html**: `@files/media/html/a.html` &#60;a&#62;\n- **html**: `@files/media/html/b.html` &#60;b&#62;\n',
    );
    const filenames = ['media/molecule/a.pdb', 'media/molecule/b.pdb'];
    expect(named({ _type: 'molecule', count: 2, filenames, captions: ['one', ''] })).toContain(
      '- **molecule**: `@files/media/molecule/a.pdb` one\n- **molecule**: `@files/media/molecule/b.pdb`\n',
    );
  });

  it('are not those that a dashboard shows', () => {
    expect(named({ _type: 'video-file', path: 'media/videos/v.gif' })).toBeNull();
    expect(named({ _type: 'audio-file', path: 'media/audio/a.wav' })).toBeNull();
    for (const name of ['a.pts.json', 'a.obj', 'a.GLB'])
      expect(named({ _type: 'object3D-file', path: `media/object3D/${name}` })).toBeNull();
    expect(named({ _type: 'object3D-file', path: 'media/object3D/a.stl' })).toContain('a.stl');
  });

  it('are those of a list that no dashboard shows', () => {
    const videos = [{ path: 'v/a.gif' }, { path: 'v/b.mp4' }];
    expect(named({ _type: 'videos', videos })).toMatch(/^- \*\*videos\*\*: `@files\/v\/b\.mp4`\n\n/);
    const objects = [{ path: 'o/a.obj' }, { path: 'o/b.obj' }];
    expect(named({ _type: 'object3D', objects })).toMatch(/^- \*\*object3D\*\*: `@files\/o\/b\.obj`\n\n/);
  });

  it('are named by their artifact where they have no file of the run', () => {
    const reference = 'wandb-client-artifact://abc:latest/v.mp4';
    expect(named({ _type: 'video-file', size: 7, artifact_path: reference })).toMatch(
      `- **video-file**: \`${reference}\`, in an artifact of W&B.\n\nNo TensorBoard dashboard plays video;`,
    );
  });

  it('are told as JSON where they have no file at all', () => {
    const version = { _type: 'artifactVersion', _version: 'v0', id: 'QXJ0', usedAs: null };
    expect(named(version)).toBe(
      `**artifactVersion**\n\n    ${JSON.stringify(version)}\n\nArtifacts are not served; W&B has it.`,
    );
    expect(named({ _type: '*', x: 'y'.repeat(2000) })).toMatch(
      /^\*\*&#42;\*\*\n\n {4}\{"_type":"\*","x":"y+…\n\n/,
    );
    expect(named('{no JSON')).toMatch(/^\*\*value\*\*\n\n {4}"\{no JSON"\n\n/);
  });

  it('are a hundred files at most, of paths below the saved files', () => {
    const html = Array.from({ length: 150 }, (_, i) => ({ path: `h/${i}` }));
    expect(named({ _type: 'html', html })).toContain('- **html**: `@files/h/99`\n- and 50 more\n');
    expect(named({ _type: 'html-file', path: '../../secret' })).not.toContain('@files');
  });

  it('are no tables, and none of the types that other series show', () => {
    for (const type of [
      'string',
      'null',
      'list',
      'object',
      'histogram',
      'image-file',
      'images/separated',
      'graph-file',
    ])
      expect(NAMED_MEDIA.accepts(type)).toBe(false);
    for (const type of [
      'table-file',
      'incremental-table-file',
      'eval-table',
      'partitioned-table',
      'joined-table',
    ])
      expect([TABLES.accepts(type), NAMED_MEDIA.accepts(type)]).toEqual([true, false]);
    expect(['html-file', 'wb_trace_tree', ''].every((type) => NAMED_MEDIA.accepts(type))).toBe(true);
  });

  it('are a text of bounded length whatever the value holds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ minLength: 300, maxLength: 500 }),
    );
    const item = fc.record(
      { path: text, size: fc.nat(), caption: fc.oneof(text, fc.jsonValue()) },
      { requiredKeys: [] },
    );
    const value = fc.record(
      {
        _type: fc.oneof(fc.constantFrom('html', 'videos', 'audio', 'object3D'), text),
        path: text,
        html: fc.array(item, { maxLength: 120 }),
        artifact_path: fc.jsonValue(),
      },
      { requiredKeys: ['_type'] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          text,
          value.map((members) => JSON.stringify(members)),
        ),
        (json) => {
          expect(new TextEncoder().encode(named(json) ?? '').length).toBeLessThanOrEqual(8 * 1024);
        },
      ),
    );
  });
});
