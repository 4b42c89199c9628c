// What the pages can do better with JavaScript; all of them work without it.

// A button that shows what is typed into a password field.
for (const input of document.querySelectorAll('input[type="password"]')) {
  const label = document.querySelector(`label[for="${input.id}"]`);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  button.textContent = 'Show';
  button.setAttribute('aria-pressed', 'false');
  button.setAttribute('aria-controls', input.id);
  button.setAttribute('aria-label', `Show ${label ? label.textContent.trim().toLowerCase() : 'password'}`);
  const show = (shown) => {
    input.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
    button.textContent = shown ? 'Hide' : 'Show';
  };
  button.addEventListener('click', () => show(input.type === 'password'));
  // Hidden again before it is sent, so that browsers file it as a password.
  input.form?.addEventListener('submit', () => show(false));
  input.after(button);
}

// A button that copies the text before it.
if (navigator.clipboard) {
  for (const source of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet small copy';
    button.textContent = 'Copy';
    const said = document.createElement('span');
    said.className = 'sr';
    said.setAttribute('role', 'status');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        button.textContent = 'Copied';
        said.textContent = 'Copied';
      } catch {
        getSelection()?.selectAllChildren(source);
        said.textContent = 'Selected; copy it with your keyboard';
      }
      setTimeout(() => {
        button.textContent = 'Copy';
        said.textContent = '';
      }, 4000);
    });
    source.after(button, said);
  }
}

// A button that prints the page it stands on.
for (const place of document.querySelectorAll('[data-print]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Print';
  button.addEventListener('click', () => print());
  place.append(button);
}

// What has to be put right comes first.
document.querySelector('[role="alert"]')?.focus();
