import { integer, list, oneOf, optional, setting, text, url } from './setting.ts';

/** What concerns the engine sherpa. */
export const sherpaSettings = {
  sherpaModel: setting(
    'SHERPA_MODEL',
    optional(text),
    undefined,
    'Model of the engine sherpa: a folder with a model.json, or the name of one in DATA_DIR/models; when not set, one that is there.',
  ),
  sherpaProcesses: setting(
    'SHERPA_PROCESSES',
    optional(integer(1, 256)),
    undefined,
    'How many recognisers run, each with the model in its memory; as many as cores but one, where memory allows, if not set.',
  ),
  sherpaSessions: setting(
    'SHERPA_SESSIONS',
    optional(integer(1, 100_000)),
    undefined,
    'How many sessions the engine sherpa takes at once; as many as its measured speed allows if not set.',
  ),
  sherpaDecoding: setting(
    'SHERPA_DECODING',
    optional(oneOf(['greedy_search', 'modified_beam_search'])),
    undefined,
    'How a transducer is searched for its text; when not set, modified_beam_search where there are SHERPA_HOTWORDS, else greedy_search.',
  ),
  sherpaHotwords: setting(
    'SHERPA_HOTWORDS',
    optional(list),
    undefined,
    'Names and terms that are likely to be said, separated by commas; for transducers.',
  ),
  sherpaPunctuation: setting(
    'SHERPA_PUNCTUATION',
    text,
    'auto',
    'Model that gives punctuation to finals of the engine sherpa: a folder or a name, as SHERPA_MODEL; auto: one that is there and knows the language; off.',
  ),
  sherpaSpeakers: setting(
    'SHERPA_SPEAKERS',
    text,
    'auto',
    'Model that tells the speakers of the engine sherpa’s finals apart: a folder or a name, as SHERPA_MODEL; auto: one that is there; off.',
  ),
  modelsMirror: setting(
    'MODELS_MIRROR',
    optional(url('https', 'http')),
    undefined,
    'Address of a folder from which `live-transcribe models pull` takes the archives, in the place of their publisher’s.',
  ),
};
