// Passkeys: fills in and sends the forms that ask for one. Without it the pages lead to the other ways.

const unpack = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const pack = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
};
const known = (list) => list?.map((entry) => ({ ...entry, id: unpack(entry.id) }));
const answer = (credential, response) => JSON.stringify({
  id: credential.id,
  rawId: pack(credential.rawId),
  type: credential.type,
  response,
  clientExtensionResults: credential.getClientExtensionResults(),
});

// Asks for a passkey; the answer as JSON.
export async function use({ publicKey }, more = {}) {
  const asked = { ...publicKey, challenge: unpack(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) };
  const credential = await navigator.credentials.get({ publicKey: asked, ...more });
  const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
  return answer(credential, {
    authenticatorData: pack(authenticatorData),
    clientDataJSON: pack(clientDataJSON),
    signature: pack(signature),
    userHandle: userHandle ? pack(userHandle) : null,
  });
}

// Makes a passkey; the answer as JSON.
export async function make({ publicKey }) {
  const asked = {
    ...publicKey,
    challenge: unpack(publicKey.challenge),
    user: { ...publicKey.user, id: unpack(publicKey.user.id) },
    excludeCredentials: known(publicKey.excludeCredentials),
  };
  const credential = await navigator.credentials.create({ publicKey: asked });
  const { attestationObject, clientDataJSON } = credential.response;
  return answer(credential, {
    attestationObject: pack(attestationObject),
    clientDataJSON: pack(clientDataJSON),
    transports: credential.response.getTransports?.() ?? [],
  });
}

const say = (form, text) => {
  const place = form.querySelector('[role="status"]');
  if (place) place.textContent = text;
};
const why = (error) => ({
  InvalidStateError: 'This device or key is enrolled already. Use another one.',
  NotSupportedError: 'This device can’t make a passkey for this site. Use another one.',
  SecurityError: 'Passkeys don’t work at this address.',
}[error?.name] ?? 'No passkey was used. Try again, or take another way.');

// A form that sends what `ask` brings, when its button is pressed.
const fill = (form, ask) => form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!window.PublicKeyCredential) return say(form, 'This browser knows no passkeys. Take another way.');
  say(form, 'Follow your browser or device …');
  try {
    form.elements.response.value = await ask();
  } catch (error) {
    return say(form, why(error));
  }
  form.submit();
});

for (const form of document.querySelectorAll('form[data-passkey-use]')) {
  fill(form, () => use(JSON.parse(form.dataset.passkeyUse)));
}
for (const form of document.querySelectorAll('form[data-passkey-make]')) {
  fill(form, () => make(JSON.parse(form.dataset.passkeyMake)));
}

// Signing in without a name: offered with the saved names while somebody types, and by a button.
const signIn = document.querySelector('form[data-passkey-signin]');
if (signIn && window.PublicKeyCredential) {
  signIn.hidden = false;
  let waiting;
  const challenge = async () => {
    const body = new URLSearchParams({ csrf: signIn.elements.csrf.value });
    const response = await fetch(signIn.dataset.passkeySignin, { method: 'POST', body });
    if (!response.ok) throw new Error('no challenge');
    const { options, sealed } = await response.json();
    signIn.elements.challenge.value = sealed;
    return options;
  };
  const conditional = await PublicKeyCredential.isConditionalMediationAvailable?.();
  const offer = async () => {
    if (!conditional) return;
    waiting?.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    try {
      signIn.elements.response.value = await use(await challenge(), { mediation: 'conditional', signal });
    } catch {
      return;
    }
    signIn.submit();
  };
  fill(signIn, async () => {
    waiting?.abort();
    try {
      return await use(await challenge());
    } catch (error) {
      offer();
      throw error;
    }
  });
  offer();
  // A challenge lives ten minutes; a page may stay open for longer.
  setInterval(offer, 8 * 60 * 1000);
}
