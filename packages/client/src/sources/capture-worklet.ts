/** The capture worklet as an asset of its own, loaded by its address: for pages whose policy forbids scripts from blobs. */
import { defineCapture } from './define-capture.ts';

defineCapture();
