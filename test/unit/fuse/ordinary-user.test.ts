/** Mounting without root: fusermount3, with the help of koffi or Python, and a descriptor that is handed over. @module */

import { describe, expect, it } from 'vitest';
import { asOrdinaryUser, ORDINARY_USER_MISSING } from '../../support/ordinary-user.ts';

describe.skipIf(ORDINARY_USER_MISSING !== null)('as an ordinary user', () => {
  const script = (nodeOption: string) => `
as_user "$node" ${nodeOption} "$program" mount "$home/mnt" "$examples" --daemon --log-level info >&2
as_user ls "$home/mnt/acme"
for i in $(seq 200); do as_user ls "$home/mnt/acme/image-classifier/baseline" | grep -q tfevents && break; sleep 0.1; done
as_user sh -c 'cat "$HOME"/mnt/acme/image-classifier/baseline/events* | wc -c'
ls "$home/mnt" 2>&1 | grep -o 'Permission denied' || true
grep -o '"route":"[a-z0-9]*"' "$home/.cache/wandb-logdir/mount.log"
as_user fusermount3 -u "$home/mnt"
echo mounted: $(mounted)
as_user "$node" ${nodeOption} "$program" mount "$home/mnt" "$examples" --daemon >&2
pkill -KILL -u 65534 -f "$program"
for i in $(seq 200); do [ "$(mounted)" = 0 ] && break; sleep 0.1; done
echo after kill -9: $(mounted)
as_user "$node" ${nodeOption} "$program" mount "$home/mnt" "$examples" --daemon --allow-other 2>&1 || echo code $?
`;

  it.each([
    ['koffi', '', 'fusermount3'],
    ['Python, which hands the descriptor over', '--no-addons', 'given'],
  ])('mounts with the help of %s', async (_, nodeOption, route) => {
    const lines = (await asOrdinaryUser(script(nodeOption))).trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['image-classifier', 'language-model']);
    expect(Number(lines[2])).toBeGreaterThan(1000);
    expect(lines.slice(3, 7)).toEqual([
      'Permission denied', // Root, too, is somebody else.
      `"route":"${route}"`,
      'mounted: 0',
      'after kill -9: 0',
    ]);
    expect(lines.slice(7).join('\n')).toMatch(/user_allow_other[\s\S]*code 7$/);
  });

  it('started again through Python, reads its configuration again at SIGHUP, and ends at SIGTERM', async () => {
    const output = await asOrdinaryUser(`
as_user setsid "$node" --no-addons "$program" mount "$home/mnt" "$examples" --log-level info >"$home/log" 2>&1 &
for i in $(seq 200); do grep -q '"ready"' "$home/log" && break; sleep 0.1; done
first=$(pgrep -u 65534 -o -f "$program mount")
kill -HUP "$first"
for i in $(seq 100); do grep -q '"reloaded"' "$home/log" && break; sleep 0.1; done
grep -c '"reloaded"' "$home/log"
as_user ls "$home/mnt/acme"
kill -TERM "$first"
wait
echo mounted: $(mounted)
`);
    expect(output).toBe('1\nimage-classifier\nlanguage-model\nmounted: 0\n');
  });

  it('serves a descriptor that mount.fuse3 hands over', async () => {
    const output = await asOrdinaryUser(`
cat > "$stage/served" <<END
#!/bin/sh
exec env HOME=$home "$node" "$program" mount "\\$2" "\\$1" > "$home/log" 2>&1
END
chmod 755 "$stage/served"
mkdir "$home/mnt"
mount.fuse3 "$stage/served#$examples" "$home/mnt" -o ro,nosuid,nodev,drop_privileges,setuid=nobody &
for i in $(seq 100); do grep -q mounted "$home/log" 2>/dev/null && break; sleep 0.1; done
as_user ls "$home/mnt/acme"
umount "$home/mnt"
wait
cat "$home/log"
`);
    expect(output).toMatch(/^image-classifier\nlanguage-model\nmounted {2}6 runs in 2 projects\n/);
    expect(output).toContain('The tree was unmounted.');
  });
});
