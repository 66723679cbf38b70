import type { ProblemWords } from './words.ts';

const again = 'Tryck på Starta för att försöka igen.';
const goOn = 'Din text finns kvar. Tryck på Starta för att fortsätta.';
const wait = 'Vänta en stund och tryck sedan på Starta.';
const operator = 'Hjälper inte det, fråga den som sköter servern.';
const reload = 'Ladda om sidan: den kan vara äldre än servern.';

export const problems: ProblemWords = {
  page_fault: { what: 'Något gick fel på sidan.', next: 'Ladda om den och försök igen.' },
  file_unsupported: {
    what: 'Filen är varken ljud eller video som servern kan läsa.',
    next: 'Välj en fil i WAV, MP3, M4A, MP4, FLAC, Ogg eller WebM.',
  },
  busy: {
    what: 'En utskrift pågår redan.',
    next: 'Den fortsätter. Stoppa den först och släpp sedan filen igen.',
  },
  file_empty: { what: 'Filen är tom.', next: 'Välj en annan.' },
  playback_failed: {
    what: 'Din webbläsare kan inte spela upp filen.',
    next: 'Den skrivs ut ändå. Öppna den i ett annat program om du vill lyssna.',
  },
  storage_full: {
    what: 'Webbläsaren kunde inte spara dina inställningar: lagringen är full eller avstängd.',
    next: 'De gäller tills du stänger sidan. Rensa webbplatsdata i webbläsaren för att kunna spara dem.',
  },
  clipboard_denied: {
    what: 'Webbläsaren lät inte sidan kopiera.',
    next: 'Markera texten och kopiera den själv, eller ladda ner den.',
  },
  server_unreachable: {
    what: 'Servern svarar inte.',
    next: 'Kontrollera att den är igång och att du är uppkopplad. Sidan fortsätter att försöka.',
  },
  server_not_ready: { what: 'Servern kan inte skriva ut tal just nu.', next: 'Sidan fortsätter att fråga.' },
  history_missing: {
    what: 'Servern sparar ingen historik.',
    next: 'Ladda ner det du vill behålla. Den som sköter servern kan slå på historiken.',
  },
  nothing_live: { what: 'Ingen talar just nu.', next: 'Texten börjar av sig själv när någon startar.' },
  insecure_context: {
    what: 'Webbläsaren ger inte sidan tillgång till mikrofonen.',
    next: 'Den tillåter det bara på adresser som börjar med https:// eller på localhost. Öppna sidan så.',
  },
  microphone_denied: {
    what: 'Mikrofonen är blockerad för den här sidan.',
    next: 'Tillåt den i webbläsaren, bredvid adressen, eller i systemets integritetsinställningar. Tryck sedan på Starta.',
  },
  microphone_missing: {
    what: 'Ingen mikrofon hittades.',
    next: 'Anslut en, eller välj en annan i inställningarna. Tryck sedan på Starta.',
  },
  microphone_in_use: {
    what: 'Mikrofonen gick inte att öppna.',
    next: 'Ett annat program kan använda den. Stäng det programmet och tryck sedan på Starta.',
  },
  microphone_lost: {
    what: 'Mikrofonen kopplades ur.',
    next: 'Din text finns kvar. Anslut mikrofonen igen och tryck sedan på Starta.',
  },
  microphone_failed: {
    what: 'Webbläsaren kunde inte behandla ljudet från mikrofonen.',
    next: 'Ladda om sidan. Hjälper inte det, pröva en annan webbläsare.',
  },
  tab_denied: { what: 'Ingen flik delades.', next: 'Tryck på Starta igen och välj den flik du vill höra.' },
  tab_silent: {
    what: 'Det du delade kommer utan ljud.',
    next: 'Tryck på Starta igen, välj en flik och slå på ”Dela även ljud från fliken”.',
  },
  tab_unsupported: {
    what: 'Den här webbläsaren kan inte dela ljudet från en flik.',
    next: 'Använd Chrome eller Edge på en dator, eller välj mikrofonen.',
  },
  source_failed: {
    what: 'Filen gick inte att läsa till slutet.',
    next: 'Det som lästes är utskrivet. Kontrollera att filen finns kvar och försök igen.',
  },
  audio_not_read: { what: 'Sidan hann inte med din röst.', next: goOn },
  audio_lost: {
    what: 'Anslutningen var borta så länge att en del av ljudet gick förlorat.',
    next: 'Luckan är märkt i texten. Säg om det viktiga.',
  },
  events_not_read: { what: 'Sidan hann inte med texten.', next: goOn },
  connection_refused: {
    what: 'Servern gick inte att nå.',
    next: 'Kontrollera att den är igång och att du är uppkopplad. Tryck sedan på Starta.',
  },
  connection_lost: { what: 'Anslutningen till servern bröts och kom inte tillbaka.', next: goOn },
  connection_timeout: { what: 'Servern svarade inte i tid, så de sista orden kan saknas.', next: goOn },
  bad_answer: { what: 'Servern svarade på ett sätt som sidan inte förstår.', next: reload },
  token_unavailable: { what: 'Din behörighet gick inte att förnya.', next: 'Öppna länken du fick en gång till.' },
  token_expired: {
    what: 'Din behörighet till servern har gått ut.',
    next: 'Öppna länken du fick en gång till, eller be om en ny.',
  },
  unauthorized: {
    what: 'Servern släpper inte in dig utan giltig behörighet.',
    next: 'Öppna länken som servern skrev ut när den startade, eller fråga den som sköter den.',
  },
  forbidden: { what: 'Din behörighet räcker inte till detta.', next: 'Be den som sköter servern om mer.' },
  auth_unavailable: {
    what: 'Servern kan inte kontrollera din behörighet just nu.',
    next: 'Vänta en stund och tryck sedan på Starta.',
  },
  too_many_sessions: {
    what: 'Så många som servern tillåter talar redan.',
    next: 'Vänta tills någon är klar och tryck sedan på Starta.',
  },
  too_many_watchers: { what: 'Så många som servern tillåter följer redan.', next: 'Försök igen om en stund.' },
  quota_exceeded: {
    what: 'Minuterna som får talas i dag är slut.',
    next: 'Din text finns kvar. Fortsätt i morgon, eller be den som sköter servern om fler.',
  },
  session_too_long: { what: 'Sessionen har varat så länge den får.', next: goOn },
  too_slow: { what: 'Din anslutning är för långsam för ljudet eller texten.', next: goOn },
  bad_message: { what: 'Servern kunde inte läsa det som sidan skickade.', next: reload },
  bad_value: {
    what: 'Servern godtar inte en av dina inställningar.',
    next: 'Se över modell och ordlista i inställningarna.',
  },
  unknown_action: { what: 'Servern förstår inte vad sidan bad om.', next: reload },
  not_started: { what: 'Servern och sidan kom i otakt.', next: again },
  already_started: { what: 'Servern och sidan kom i otakt.', next: again },
  start_timeout: { what: 'Det tog för lång tid för sidan att börja.', next: again },
  idle_timeout: { what: 'Inget skickades på så länge att servern avslutade sessionen.', next: goOn },
  message_too_big: { what: 'Sidan skickade för mycket på en gång.', next: again },
  bad_audio: {
    what: 'Ljudet gick inte att avkoda: filen kan vara skadad.',
    next: 'Pröva att göra om den till WAV eller MP3, eller välj en annan fil.',
  },
  unsupported_audio: {
    what: 'Servern läser inte ljud av det här slaget.',
    next: 'Gör om filen till WAV, MP3, FLAC eller Opus och försök igen.',
  },
  decoder_busy: { what: 'Servern avkodar så många filer den kan.', next: wait },
  unsupported_language: {
    what: 'Serverns taligenkänning kan inte det här språket.',
    next: 'Välj ett annat språk och tryck sedan på Starta.',
  },
  engine_unavailable: { what: 'Servern har ingen taligenkänning.', next: operator },
  engine_busy: { what: 'Servern är full: så många talar som den kan följa.', next: wait },
  engine_refused: {
    what: 'Taligenkänningen nekade sessionen.',
    next: `Pröva ett annat språk och låt servern välja modell. ${operator}`,
  },
  engine_auth: {
    what: 'Taligenkänningen godtog inte serverns nyckel.',
    next: 'Den som sköter servern måste se över nyckeln i dess inställningar.',
  },
  engine_quota: {
    what: 'Serverns kvot hos taligenkänningen är slut för tillfället.',
    next: 'Vänta en stund och tryck sedan på Starta. Den som sköter servern kan behöva höja kvoten.',
  },
  engine_unreachable: { what: 'Servern nådde inte sin taligenkänning.', next: wait },
  engine_lost: { what: 'Taligenkänningen försvann och kom inte tillbaka.', next: goOn },
  engine_timeout: { what: 'Taligenkänningen svarade inte i tid.', next: goOn },
  utterance_failed: {
    what: 'En del gick inte att skriva ut.',
    next: 'Den är märkt i texten. Utskriften fortsätter.',
  },
  session_unknown: { what: 'Sessionen finns inte.', next: 'Den kan ha raderats. Be om en ny länk.' },
  session_moved: {
    what: 'Sessionen fortsätter i ett annat fönster.',
    next: 'Tryck på Starta för att börja en ny här.',
  },
  store_unavailable: {
    what: 'Servern kan inte spara eller läsa utskrifter just nu: lagringen är full eller svarar inte.',
    next: 'Utskriften fortsätter. Ladda ner det du vill behålla och säg till den som sköter servern.',
  },
  store_fenced: { what: 'Sessionen fortsätter någon annanstans.', next: 'Tryck på Starta för att börja en ny här.' },
  store_bad_cursor: { what: 'Listan har ändrats under tiden.', next: 'Öppna historiken på nytt.' },
  shutting_down: { what: 'Servern stängs av.', next: 'Din text finns kvar. Tryck på Starta när servern är tillbaka.' },
  internal: { what: 'Något gick fel på servern.', next: goOn },
};

export const unknownProblem = again;
