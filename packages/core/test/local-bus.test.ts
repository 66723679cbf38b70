import { describeBusContract } from '@live-transcribe/testkit';
import { LocalBus } from '../src/index.ts';

describeBusContract('a server that runs alone', async () => ({
  open: async () => new LocalBus(),
  isShared: false,
  dispose: async () => undefined,
}));
