// Chromium's virtual authenticator: a passkey provider without hardware (WebAuthn section 11).

/**
 * Gives a page an authenticator. With `verifies: false` it is a security key that only notices a touch.
 *
 * @param {import('playwright-core').Page} page
 */
export async function virtualAuthenticator(page, { verifies = true, transport = verifies ? 'internal' : 'usb' } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport,
      hasResidentKey: verifies,
      hasUserVerification: verifies,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  });
  return {
    /** What it holds, to be put into another one. */
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    /** Takes a credential over from another one: the same passkey, synced. */
    add: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    /** Gone, as when it is lost. */
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    /** Whether its user is at hand. */
    present: (here) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: here }),
  };
}
