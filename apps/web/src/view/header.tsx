import type { SessionInfo } from '@live-transcribe/client';
import type { GatewayInfo } from '../gateway.ts';

export interface HeaderProps {
  readonly info: GatewayInfo | undefined;
  /** What is in force; the server's description is what would be. */
  readonly session: SessionInfo | undefined;
}

export function Header({ info, session }: HeaderProps) {
  const engine = session?.engine ?? info?.engine;
  const model = session?.model ?? info?.model;
  return (
    <header>
      <h1>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M6 13.5v5M12.7 7v18M19.3 11v10M26 14v4" />
        </svg>
        live-transcribe
      </h1>
      <div class="engine">
        {engine !== undefined && (
          <p>
            Engine <b>{engine}</b>
            {model !== undefined && (
              <>
                , model <b>{model}</b>
              </>
            )}
            . {info?.engineReason}
          </p>
        )}
        {info?.caveat !== undefined && <p class="caveat">{info.caveat}</p>}
      </div>
    </header>
  );
}
