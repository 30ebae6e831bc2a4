// The curve of a run. Plotly.react keeps zoom and pan between updates (uirevision); the script is loaded from
// this program, never from elsewhere, and only when there is a first point to draw.
const load = (source) => {
  window.__plotly = window.__plotly || new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = done;
    // The program may just have ended: forget this try, so that the next point tries again.
    script.onerror = () => { window.__plotly = null; script.remove(); failed(); };
    document.head.appendChild(script);
  });
  return window.__plotly;
};

const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim();

const lines = (data) => {
  const xs = (points) => points.map((point) => point[0]);
  const ys = (points) => points.map((point) => point[1]);
  const one = (points, name, colourName, more) => ({
    type: 'scatter', name, x: xs(points), y: ys(points), hovertemplate: '%{y:.3f}', ...more,
    line: {color: colour(colourName), width: 2.5, ...(more.line || {})}, marker: {color: colour(colourName), size: 7},
  });
  const found = [one(data.train, data.words.train, '--plot-train', {mode: data.train.length < 3 ? 'lines+markers' : 'lines'})];
  if (data.held.length) found.push(one(data.held, data.words.held, '--plot-held', {mode: 'lines+markers', line: {dash: 'dot', width: 2}}));
  return found;
};

const layout = (data, narrow) => ({
  uirevision: data.run, height: narrow ? 220 : 330, margin: {l: 46, r: 12, t: 8, b: 40},
  paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
  font: {color: colour('--plot-text'), family: getComputedStyle(element).fontFamily, size: 13},
  hovermode: 'x unified', hoverlabel: {bgcolor: colour('--plot-paper'), bordercolor: colour('--plot-grid')},
  legend: {orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom'},
  xaxis: {
    title: {text: data.words.step}, range: data.steps ? [0, data.steps] : undefined, gridcolor: colour('--plot-grid'),
    zeroline: false, fixedrange: narrow,
  },
  yaxis: {title: {text: data.words.loss}, rangemode: 'tozero', gridcolor: colour('--plot-grid'), zeroline: false, fixedrange: narrow},
  shapes: data.best ? [{
    type: 'line', x0: data.best[0], x1: data.best[0], y0: 0, y1: 1, yref: 'paper',
    line: {color: colour('--plot-held'), width: 1, dash: 'dash'},
  }] : [],
  annotations: data.best ? [{
    x: data.best[0], y: 1, yref: 'paper', text: data.words.best, showarrow: false,
    xanchor: data.best[0] > 0.8 * data.steps ? 'right' : 'left', xshift: data.best[0] > 0.8 * data.steps ? -4 : 4,
    font: {color: colour('--plot-held')},
  }] : [],
});

const draw = async () => {
  const data = JSON.parse(props.value || '{}');
  let place = element.querySelector('.plot');
  if (!place || !data.train || !data.train.length) return;
  try { await load(data.source); } catch { return; }
  place = element.querySelector('.plot');
  if (!place) return;
  if (!element.__plot) element.__plot = place;
  if (place !== element.__plot) { place.replaceWith(element.__plot); place = element.__plot; }
  window.Plotly.react(place, lines(data), layout(data, element.clientWidth < 480), {displayModeBar: false, responsive: true});
};

draw();
watch('value', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
