const key = 'live-transcribe-token';

/**
 * The token of the link that the page was opened by, kept for as long as the tab is open, and taken out of the address
 * so that a link or a picture of the page does not give it away.
 */
export function accessToken(): string | undefined {
  const address = new URL(location.href);
  const given = address.searchParams.get('token');
  try {
    if (given === null) return sessionStorage.getItem(key) ?? undefined;
    sessionStorage.setItem(key, given);
  } catch {
    // A browser without storage must keep it in the address, or lose it with the next reload.
    return given ?? undefined;
  }
  address.searchParams.delete('token');
  history.replaceState(null, '', address);
  return given;
}
