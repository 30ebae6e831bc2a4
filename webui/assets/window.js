// The few things that only the page itself can do. No text stands here: sentences come from the page.
(() => {
  const first = (selector) => document.querySelector(selector);

  // did a person just choose a tab? Tabs also announce a choice when they are drawn
  let chosen = 0;
  for (const kind of ['pointerdown', 'click', 'keydown'])
    document.addEventListener(kind, (event) => { if (event.target.closest?.('[role=tab]')) chosen = Date.now(); }, true);
  let plan = {}; // what the bar said when it was pressed: Gradio asks later, when it may say something else already
  const pressed = () => {
    if (plan.action === 'choose_file') first('#data-upload input[type=file]')?.click();
    if (plan.action === 'choose_column') first('#data-menus [aria-invalid]')?.focus();
    if (plan.action === 'see_wrong') {
      first('#data-findings')?.scrollIntoView({ behavior: 'smooth', block: 'center' });
      first('#data-findings button')?.focus({ preventScroll: true });
    }
    if (plan.action === 'mend_say') {
      const boxes = [...document.querySelectorAll('#data-mend-ask input')];
      const box = boxes.find((each) => !each.value) || boxes[0];
      box?.scrollIntoView({ behavior: 'smooth', block: 'center' });
      box?.focus({ preventScroll: true });
    }
    if (plan.action === 'paste_add') first('#data-pasted [data-do=paste_add]')?.click();
    if (plan.action === 'save_row') window.lwEdit?.save('save');
    if (plan.action === 'write_row') first('#data-table [data-do=new]')?.click();
    if (plan.action === 'mend') first(`#settings-${plan.mend} :is(input, textarea)`)?.focus();
  };
  window.lw = {
    pressed,
    byHand: () => (Date.now() - chosen < 1000 ? 'yes' : ''),
    shown: (which) => plan[which] || '',
    room: () => first('#rooms [role=tab][aria-selected=true]')?.dataset.tabId || '',
  };

  // the open tab stands in the address, so that a reload and the language switch lead back to it
  const remember = (room) => {
    const url = new URL(location.href);
    if (!room || url.searchParams.get('room') === room) return;
    url.searchParams.set('room', room);
    history.replaceState(history.state, '', url);
  };

  // the second click of a double click would press what the first one led to
  document.addEventListener('click', (event) => {
    if (event.detail > 1 && event.target.closest('#bar button, [data-once]')) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.target.closest('#bar button')) plan = { ...first('#bar-plan [data-action]')?.dataset };
  }, true);

  // a file over the limit is refused here, in the page's own words, before it is sent
  const tooLarge = (files) => {
    const said = first('#lw-too-large');
    if (!said) return false;
    const large = [...(files || [])].some((file) => file.size > Number(said.dataset.limit));
    said.hidden = !large;
    return large;
  };
  const refuse = (event, files) => {
    if (!event.target.closest?.('#data-upload') || !tooLarge(files)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.target.type === 'file') event.target.value = '';
  };
  document.addEventListener('change', (event) => event.target.type === 'file' && refuse(event, event.target.files), true);
  document.addEventListener('drop', (event) => refuse(event, event.dataTransfer?.files), true);

  // pasted text goes the way of a file, which has room for more than a form
  const paste = (name) => {
    const box = first('#data-paste textarea'), to = first('#data-upload input[type=file]');
    if (!box?.value.trim() || !to) return box?.focus();
    const carry = new DataTransfer();
    const time = new Date().toTimeString().slice(0, 5).replace(':', '.');
    carry.items.add(new File([box.value], `${name} ${time}.txt`, { type: 'text/plain' }));
    to.files = carry.files;
    to.dispatchEvent(new Event('change', { bubbles: true }));
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-paste]');
    if (button) paste(button.dataset.paste);
  });

  // a language is another page: the box is filled there with what was typed here, and the page looks the same
  const KEPT = 'lw-pasted';
  let pasted = '', filled = false;
  document.addEventListener('input', (event) => {
    if (event.target.closest('#data-paste')) pasted = event.target.value;
  });
  addEventListener('pagehide', () => {
    const box = first('#data-paste textarea'), said = box ? box.value : first('#data-paste') ? pasted : '';
    try {
      if (said.trim()) sessionStorage.setItem(KEPT, said);
      else sessionStorage.removeItem(KEPT);
    } catch {} // more than a browser keeps
  });
  const fill = () => {
    const box = first('#data-paste textarea');
    const kept = filled ? null : sessionStorage.getItem(KEPT);
    if (!kept) return (filled = true);
    if (!box) return first('#data-paste > button:not(.open)')?.click();
    filled = true;
    if (first('#data-paste > button:not(.open)')) first('#data-paste > button').click();
    box.value = pasted = kept;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };
  for (const kind of ['click', 'auxclick'])
    document.addEventListener(kind, (event) => {
      const link = event.target.closest?.('a.lw-lang'), theme = new URL(location.href).searchParams.get('__theme');
      if (!link || !theme) return;
      const to = new URL(link.href);
      to.searchParams.set('__theme', theme);
      link.href = to;
    }, true);

  // is the program still there? A banner of ours instead of a message that fades
  let missed = 0;
  const look = async () => {
    try {
      const answer = await fetch('alive', { cache: 'no-store', signal: AbortSignal.timeout(1500) });
      missed = answer.ok ? 0 : missed + 1;
    } catch {
      missed += 1;
    }
    const lost = first('#lw-lost');
    if (lost) lost.hidden = missed < 2;
    document.documentElement.classList.toggle('lw-gone', missed > 0);
  };
  setInterval(look, 1500);

  // parts of the page are replaced as things change: whoever was on a button stays on it
  let focused = null, called = '0';
  const mark = (element) => {
    const button = element?.closest?.('[data-do]');
    const host = button?.closest('[id]:not(button)');
    return button && host ? `#${CSS.escape(host.id)} [data-do="${CSS.escape(button.dataset.do)}"][data-id="${CSS.escape(button.dataset.id || '')}"]` : null;
  };
  document.addEventListener('focusin', (event) => { focused = mark(event.target); });

  // what a person has unfolded stays so when it is replaced
  const unfolded = new Map();
  document.addEventListener('toggle', (event) => {
    if (event.target.matches?.('details[id]')) unfolded.set(event.target.id, event.target.open);
  }, true);

  // where a person who pressed what a finding offers goes on
  const asked = { speaker: '#data-menus [data-id=speaker]', columns: '#data-menus select' };
  const follow = () => {
    for (const [id, open] of unfolded) {
      const fold = document.getElementById(id);
      if (fold && fold.open !== open) fold.open = open;
    }
    // Gradio gives this button an English name on every page; its own words name it better
    first('#data-upload button[aria-label]')?.removeAttribute('aria-label');
    if (focused && document.activeElement === document.body) first(focused)?.focus({ preventScroll: true });
    const { call = called, to } = first('#data-menus [data-call]')?.dataset || {};
    if (call !== called) {
      called = call;
      if (call !== '0') first('#data-columns-box')?.scrollIntoView({ behavior: 'smooth', block: 'start' });
      if (call !== '0' && to) setTimeout(() => first(asked[to])?.focus({ preventScroll: true }), 100);
    }
    if (!filled && first('#data-paste')) fill();
    const title = first('#bar-plan [data-title]')?.dataset.title;
    if (title && document.title !== title) document.title = title;
    remember(first('#bar-plan [data-room]')?.dataset.room);
    const bar = first('#bar');
    if (bar) document.documentElement.style.setProperty('--lw-bar', `${bar.offsetHeight}px`);
  };
  const start = () => new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-title', 'data-room'] });
  if (document.body) start(); else document.addEventListener('DOMContentLoaded', start);

  // "copy" buttons: data-copy names the element whose text is copied
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    await navigator.clipboard.writeText(first(button.dataset.copy)?.innerText || '');
    button.classList.add('lw-copied');
    setTimeout(() => button.classList.remove('lw-copied'), 1500);
  });
})();
