/** A thread that decodes pages of history. @module */

import { answerAsked } from '../../../threads/index.ts';
import { decodePage, transferables } from './decoded-page.ts';

answerAsked(async (text: string) => decodePage(text), transferables);
