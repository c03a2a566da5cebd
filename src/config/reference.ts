/** The page docs/CONFIGURATION.md, written from the settings table. @module */

import { definitions } from './load.ts';
import { environmentName, fileKey, SETTING_GROUPS, type SettingDefinition } from './settings.ts';

const APPLIED = definitions().flatMap(([, { flag, onReload }]) => (onReload ? [`\`${fileKey(flag)}\``] : []));

const RELOAD_TEXT = `On SIGHUP, a server without a terminal (\`serve\`, \`mount\`, \`tensorboard\` as a service or in a container) reads the file
again and goes on: \`systemctl reload\`, \`kill -HUP\`, \`docker kill --signal HUP\`. Flags and variables stay as they were at
the start, and come before the file as ever.

- Applied at once: ${APPLIED.slice(0, 3).join(', ')},
  ${APPLIED.slice(3).join(', ')}.
- Everything else that has changed is named in a warning that says "restart to apply", and stays as it was until then.
  What shapes event files is among it: files that readers have open keep their bytes.
- Certificates of HTTP and access files are read again, whether the settings have changed or not. The API key needs no
  signal: its file is looked at when it changes.
- What is wrong is told in the log and leaves the rest as it was: settings, or that certificate. The last record says
  \`reloaded\`, with what has changed, or \`reloaded in part\`.

Where there is a terminal, SIGHUP says that it was closed, and the program ends in order; the TensorBoard that it has started
ends with it, and is never left behind. A program has one if a stream of it leads there or if it was started from one,
\`setsid\` and \`mount --daemon\` apart. Under \`nohup\` a closed terminal is no reason to stop, and SIGHUP reads the file again.`;

const HEAD = `# Configuration

<!-- Written by \`npm run docs\` from src/config/settings.ts. Change the table, not this page. -->

A setting is taken from the first place that has it:

1. a flag on the command line;
2. an environment variable;
3. the config file: \`--config FILE\`, else \`$WANDB_LOGDIR_CONFIG\`, else
   \`$XDG_CONFIG_HOME/wandb-logdir/config.yaml\` (\`~/.config\` when unset) if it exists;
4. the default.

An empty variable counts as unset. A wrong value, or an unknown key in the file, stops the program with exit
code 2 and one message that lists every problem and where it stands. Relative paths start at the current
directory, also those in the file.

\`wandb-logdir config show\` prints every setting in force and where it stands, by file and line; with \`--json\` for
programs. It takes the flags of every command, names wrong values and unknown keys without stopping at them, and then ends
with 2. Credentials in addresses are blanked out; of the API key it says where it was found, and no more.
\`wandb-logdir config path\` prints which file is read, be it there or not.

\`\`\`yaml
# config.yaml
source: [/data/experiments, /scratch/wandb]
port: 7171
watch: polling
pollInterval: 10s
cacheMaxBytes: 50GiB
\`\`\`

## Reading it again

${RELOAD_TEXT}
`;

/** The whole page, as Markdown. */
export function configurationReference(): string {
  const sections = SETTING_GROUPS.map((group) => {
    const rows = definitions().filter(([, definition]) => definition.group === group);
    return [`## ${group}`, '', ...rows.map(([, definition]) => settingText(definition))].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}

/** The default as a person would write it. */
export function defaultText({ default: value, defaultText: text }: SettingDefinition): string {
  if (text !== undefined) return text;
  if (value === null) return 'unset';
  return typeof value === 'function' ? 'depends on the machine' : [value].flat().join(', ');
}

function settingText(definition: SettingDefinition): string {
  const { flag, help, accepts, alsoFrom = [], commands, onReload } = definition;
  const asPositional = flag === 'source' ? '`SOURCE…` (serve, tensorboard, doctor) or ' : '';
  const variables = [environmentName(flag), ...alsoFrom];
  return `### ${fileKey(flag)}

${help}

| | |
|---|---|
| flag | ${asPositional}\`--${flag}\` |
| environment | ${variables.map((name) => `\`${name}\``).join(', then ')} |
| file | \`${fileKey(flag)}\` |
| accepts | ${accepts} |
| default | ${definition.defaultText ? defaultText(definition) : `\`${defaultText(definition)}\``} |
| on SIGHUP | ${onReload ? 'applied' : 'restart to apply'} |
| commands | ${commands.join(', ')} |
`;
}
