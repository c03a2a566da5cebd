/** What a shell runs to complete a command line of this program: it asks the program itself for candidates. @module */

import { readEnvironment } from '../../config/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

export const COMPLETION_DESCRIPTION = 'Print a completion script for bash, zsh or fish';

/** The first word by which the program is asked for candidates; the shell and the line follow. */
export const COMPLETE_WORD = '--complete';

/** The line is cut at the cursor. Candidates that end in a slash, a colon or = are gone on with. */
const BASH = `# wandb-logdir completion for bash. In ~/.bashrc: source <(wandb-logdir completion bash)
_wandb_logdir() {
  local line=\${COMP_LINE:0:COMP_POINT} found
  COMPREPLY=()
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(wandb-logdir ${COMPLETE_WORD} bash "$line" 2>/dev/null)
  case \${COMPREPLY[0]-} in */ | *: | *=) compopt -o nospace ;; esac
}
complete -o filenames -o nosort -F _wandb_logdir wandb-logdir
`;

const ZSH = `#compdef wandb-logdir
# wandb-logdir completion for zsh. In ~/.zshrc, after compinit: source <(wandb-logdir completion zsh)
_wandb_logdir() {
  local -a open whole
  local found
  for found in "\${(@f)$(wandb-logdir ${COMPLETE_WORD} zsh "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
    case $found in
      '') ;;
      */ | *: | *=) open+=("$found") ;;
      *) whole+=("$found") ;;
    esac
  done
  (( $#open )) && compadd -S '' -- "$open[@]"
  (( $#whole )) && compadd -- "$whole[@]"
}
if [ "$funcstack[1]" = _wandb_logdir ]; then _wandb_logdir "$@"; else compdef _wandb_logdir wandb-logdir; fi
`;

const FISH = `# wandb-logdir completion for fish. In ~/.config/fish/config.fish: wandb-logdir completion fish | source
complete -c wandb-logdir -f -a '(wandb-logdir ${COMPLETE_WORD} fish (commandline -cp | string collect) 2>/dev/null)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** For a shell, or for the user's own. @throws CommandFailure `usage` where that is none of them. */
export function completionScript(
  shell: string | null,
  loginShell = readEnvironment().variables['SHELL'],
): string {
  const name = shell ?? loginShell?.split('/').at(-1) ?? '';
  const known = SHELLS.find((candidate) => candidate === name);
  if (known !== undefined) return SCRIPTS[known];
  const what = name === '' ? 'which shell is not known' : `there is no completion for ${name}`;
  throw new CommandFailure(EXIT.usage, `${what}: wandb-logdir completion ${SHELLS.join('|')}`);
}
