// Asks on another site what visitors allow, and starts only the scripts that they do. Written for <script src=".../privacy/embed.js" defer>.
// A script that waits: <script type="text/plain" data-purpose="performance" src="...">. A link with data-privacy-preferences asks again.
(() => {
  const own = new URL(document.currentScript.src);
  const api = `${own.origin}/privacy/v1/choices`;
  const secure = location.protocol === 'https:';
  const name = secure ? '__Host-lw_privacy' : 'lw_privacy';
  const signal = navigator.globalPrivacyControl === true;
  const purposes = { performance: 'Counting visits', functional: 'Remembering your settings', advertising: 'Advertising' };
  let dialog;
  let known = { allowed: {}, ask: true };

  const held = () => document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const keep = (value, seconds) => {
    document.cookie = `${name}=${value}; Path=/; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
  };
  const ask = async (options = {}) => {
    const headers = { ...options.headers, ...(held() && { 'lockwright-choice': held() }) };
    const answer = await fetch(api, { ...options, headers, credentials: 'omit', signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw new Error(String(answer.status));
    known = await answer.json();
    if (signal) known.allowed.advertising = known.allowed.advertising && /\.-[pfa]*s\./.test(known.choice);
  };

  // Only what is allowed now; what ran already can't be stopped, so taking consent back loads the page anew.
  const start = () => {
    for (const waiting of document.querySelectorAll('script[type="text/plain"][data-purpose]')) {
      if (known.allowed[waiting.dataset.purpose] !== true) continue;
      const script = document.createElement('script');
      for (const { name: key, value } of waiting.attributes) if (key !== 'type') script.setAttribute(key, value);
      script.textContent = waiting.textContent;
      waiting.replaceWith(script);
    }
  };

  const element = (tag, text, properties = {}) => Object.assign(document.createElement(tag), { textContent: text }, properties);
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { color-scheme: light dark; }
    dialog { font: 1rem/1.5 system-ui, sans-serif; box-sizing: border-box; width: min(100% - 2rem, 34rem); max-height: calc(100% - 2rem); overflow: auto;
      position: fixed; inset: auto 0 1rem; margin: 0 auto; padding: 1.25rem; border: 1px solid #81868a; border-radius: 6px;
      background: light-dark(#fff, #1d2123); color: light-dark(#1e2326, #e9e7e3); z-index: 2147483647; }
    h2 { font-size: 1.125rem; margin: 0 0 .5rem; } p { margin: 0 0 .75rem; } a { color: light-dark(#0b5d66, #6ac6cb); }
    label { display: flex; gap: .75rem; align-items: center; min-height: 44px; } input { width: 20px; height: 20px; }
    div { display: grid; grid-auto-columns: 1fr; grid-auto-flow: column; gap: .75rem; } @media (max-width: 30rem) { div { grid-auto-flow: row; } }
    button { font: 600 1rem/1.25 system-ui, sans-serif; min-height: 44px; padding: .5rem 1rem; border: 1px solid #81868a; border-radius: 6px;
      background: light-dark(#fff, #1d2123); color: inherit; cursor: pointer; }
    :focus-visible { outline: 3px solid light-dark(#0b5d66, #6ac6cb); outline-offset: 2px; }`);

  const save = async (allowed, how) => {
    const before = known.allowed;
    try {
      const body = JSON.stringify({ allowed, how, globalPrivacyControl: signal });
      await ask({ method: 'PUT', headers: { 'content-type': 'application/json' }, body });
      keep(known.choice, known.seconds);
      if (held() !== known.choice) throw new Error('no cookie was kept');
    } catch {
      keep('unsaved', 86400);
      known = { allowed: {}, ask: true, failed: true };
      return show();
    }
    dialog.host.remove();
    if (Object.keys(purposes).some((purpose) => before[purpose] && !known.allowed[purpose])) return location.reload();
    start();
  };

  function show(custom = false) {
    dialog?.host.remove();
    const host = document.createElement('div');
    const shadow = host.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [style];
    const box = element('dialog', '');
    box.setAttribute('aria-labelledby', 'title');
    box.append(element('h2', known.failed ? 'Your privacy choices could not be saved' : 'Cookies', { id: 'title' }));
    if (known.failed) box.append(element('p', 'Only essential cookies are used. Try again now or later.'));
    const text = element('p', 'Choose what this site may do besides what is essential. Saying no costs you nothing. ');
    text.append(element('a', 'Cookie notice', { href: `${own.origin}/privacy/cookie-notice` }));
    box.append(text);
    const off = signal || known.signal;
    if (off) box.append(element('p', 'Your browser sends Global Privacy Control: opt-out request honoured. Advertising stays off.'));
    const row = element('div', '');
    const button = (label, act) => row.append(element('button', label, { type: 'button', onclick: act }));
    if (custom) {
      for (const [purpose, label] of Object.entries(purposes)) {
        if (purpose === 'advertising' && off) continue;
        const line = element('label', '');
        line.append(element('input', '', { type: 'checkbox', name: purpose, checked: known.allowed[purpose] === true }), label);
        box.append(line);
      }
      const ticked = (purpose) => box.querySelector(`[name=${purpose}]`)?.checked === true;
      button('Save preferences', () => save(Object.fromEntries(Object.keys(purposes).map((each) => [each, ticked(each)])), 'customize'));
      button('Cancel', () => (known.ask ? show() : host.remove()));
      box.addEventListener('cancel', (event) => { event.preventDefault(); row.lastChild.click(); });
    } else {
      const all = (value) => Object.fromEntries(Object.keys(purposes).map((each) => [each, value]));
      button('Accept', () => save(all(true), 'accept'));
      button('Decline', () => save(all(false), 'decline'));
      button('Customize', () => show(true));
    }
    box.append(row);
    shadow.append(box);
    document.body.append(host);
    dialog = { host };
    // The first layer bars nothing; the second holds the focus and closes with Escape, as a dialog does.
    if (custom) box.showModal(); else box.show();
  }

  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('[data-privacy-preferences]')) return;
    event.preventDefault();
    show(true);
  });
  ask().then(() => (known.ask ? show() : start())).catch(() => show());
})();
