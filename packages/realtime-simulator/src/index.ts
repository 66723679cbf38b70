export type { ApiFault } from './api-fault.ts';
export type { ClientEvent } from './client-events.ts';
export type { Closed, ReceivedEvent, SimulatedConnection } from './connection.ts';
export type { SimulatedDialectName } from './dialects.ts';
export type { HttpAnswer, Moment, SimulatorFault } from './faults.ts';
export type { Script, ScriptedSegment, ScriptedText, ScriptItem } from './script.ts';
export type { SecretRequest, Simulator, SimulatorOptions } from './simulator.ts';
export { startSimulator } from './simulator.ts';
export type { ScriptedTranscription, TranscriptionRequest, TranscriptionScript } from './transcriptions.ts';
