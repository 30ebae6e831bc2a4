// What was typed into a row and not saved waits in the browser, each row by itself, and is asked about before it would
// be lost. No text stands here.
(() => {
  const KEPT = 'lw-typing ', MOST = 30;
  const names = () => Object.keys(sessionStorage).filter((name) => name.startsWith(KEPT));
  const read = (name) => {
    try {
      return JSON.parse(sessionStorage.getItem(name) || 'null');
    } catch {
      return null;
    }
  };
  const oldest = () => names().sort((a, b) => (read(a)?.time || 0) - (read(b)?.time || 0));
  const put = (name, said) => {
    const text = JSON.stringify({ ...said, time: Date.now() });
    for (const one of oldest().filter((each) => each !== KEPT + name).slice(0, -(MOST - 1))) sessionStorage.removeItem(one);
    try {
      sessionStorage.setItem(KEPT + name, text);
    } catch {} // more than a browser keeps
  };
  const drop = (name) => sessionStorage.removeItem(KEPT + name);
  let going = ''; // the row in the form is let go of by an answer that was given above it
  const went = () => {
    if (going) drop(going);
    going = '';
  };
  window.lwKept = { put, drop, went, of: (name) => read(KEPT + name) };

  // a line for the row that was typed last, where its data is looked at and no row is in the form
  const line = () => {
    const place = document.querySelector('#data-edit [data-kept]');
    if (!place) return;
    const { family } = place.dataset;
    const name = oldest().reverse().find((each) => each.startsWith(`${KEPT}${family} `))?.slice(KEPT.length) || '';
    const [, key, how] = name.split(' ');
    const said = !key ? '' : key === 'new' ? place.dataset.keptNew : place.dataset.kept.replace('#', key.split('.')[0]);
    const words = place.querySelector('p');
    if (words.textContent !== said) words.textContent = said;
    if (place.hidden !== !said) place.hidden = !said;
    const id = how === 'complete' ? key.split('.')[0] : key === 'new' ? '' : key || '';
    const go = place.querySelector('[data-on]'), doing = key === 'new' ? 'new' : how || 'edit';
    if (go.dataset.do !== doing || go.dataset.id !== id) Object.assign(go.dataset, { do: doing, id });
    place.querySelector('[data-drop]').dataset.drop = name;
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-drop]');
    const answer = event.target.closest?.('#data-edit-note :is([data-do=theirs], [data-do=delete_yes])');
    if (answer) going = document.querySelector('#data-edit form')?.dataset.name || '';
    if (button) drop(button.dataset.drop);
    if (button) line();
  });
  const watch = () => new MutationObserver(line).observe(document.body, { childList: true, subtree: true });
  if (document.body) watch();
  else document.addEventListener('DOMContentLoaded', watch);

  // other data, another version or a new file takes the form away: asked about first, wherever it is pressed
  const GOES = [
    ...['use', 'version_use', 'version_delete_yes', 'delete_yes'].map((doing) => `#data-mine [data-do=${doing}]`),
    ...['undo_version', 'forward_version', 'newest_version'].map((doing) => `[data-do=${doing}]`),
    '#data-samples [data-do]', '#data-empty [data-do=create]', '#data-mix-line [data-do=make]', '#data-chosen [data-do=change]', '[data-paste]',
  ].join();
  const QUIET = /^undo_version/;
  const asks = (event, go) => {
    const open = document.querySelector('#data-edit form.lw-edit');
    if (!open?.offsetParent || !window.lwEdit?.unsaved()) return; // out of sight it cannot be asked; it is kept
    event.preventDefault();
    event.stopImmediatePropagation();
    window.lwEdit.leave(go);
  };
  document.addEventListener('click', (event) => {
    const bar = event.target.closest?.('#bar-quiet') && QUIET.test(window.lw?.shown('quiet') || '');
    const pressed = bar ? event.target.closest('#bar-quiet') : event.target.closest?.(GOES);
    if (!pressed || pressed.dataset.do === 'versions') return;
    const { do: doing, id } = pressed.dataset, host = pressed.closest('[id]:not(button)')?.id;
    asks(event, () => {
      const again = pressed.isConnected ? pressed : [...document.querySelectorAll(`#${CSS.escape(host || 'bar')} [data-do="${doing}"]`)].find((each) => each.dataset.id === id);
      again?.click();
    });
  }, true);
  document.addEventListener('keydown', (event) => { // Enter in the name of an empty table
    const box = event.key === 'Enter' && !event.isComposing && event.target.closest?.('#data-empty input');
    if (box) asks(event, () => document.querySelector('#data-empty [data-do=create]')?.click());
  }, true);
  document.addEventListener('change', (event) => {
    const box = event.target;
    if (box.type === 'file' && box.closest('#data-upload')) asks(event, () => box.dispatchEvent(new Event('change', { bubbles: true })));
  }, true);
  document.addEventListener('drop', (event) => {
    const files = event.target.closest?.('#data-upload') && event.dataTransfer?.files;
    if (!files?.length) return;
    const carry = new DataTransfer();
    for (const file of files) carry.items.add(file);
    asks(event, () => {
      const box = document.querySelector('#data-upload input[type=file]');
      if (!box) return;
      box.files = carry.files;
      box.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }, true);
})();
