/** What is used of the vendor's module, which brings no types. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** Replaced whenever the memory grows: to be read anew each time. */
    readonly HEAP16: Int16Array;
    /** Bytes; 0 when there is no room. */
    _malloc(bytes: number): number;
    /** A detector at 8 kHz; 0 when there is no room. */
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** 0 (takes most for speech) to 3 (least); -1 for anything else. */
    _fvad_set_mode(detector: number, mode: number): number;
    /** 1 for speech, 0 for none, -1 for a frame that does not last 10, 20 or 30 ms. */
    _fvad_process(detector: number, frame: number, samples: number): number;
  }
  export default function fvad(): Promise<FvadModule>;
}
