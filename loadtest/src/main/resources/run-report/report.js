'use strict';
(() => {
  const runs = JSON.parse(document.getElementById('runs').textContent);
  const many = runs.length > 1;
  const el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  };
  const us = v => v == null || Number.isNaN(v) ? '–' : v < 10 ? v.toFixed(1) + ' µs' : v < 1000 ? Math.round(v) + ' µs' : v < 10000 ? (v / 1000).toFixed(2) + ' ms'
    : v < 1e6 ? (v / 1000).toFixed(v < 1e5 ? 1 : 0) + ' ms' : (v / 1e6).toFixed(2) + ' s';
  const axisUs = v => v < 1000 ? +v.toPrecision(3) + ' µs' : v < 1e6 ? +(v / 1000).toPrecision(3) + ' ms' : +(v / 1e6).toPrecision(3) + ' s';
  const si = v => v == null || Number.isNaN(v) ? '–' : v >= 1e9 ? +(v / 1e9).toPrecision(3) + ' G' : v >= 1e6 ? +(v / 1e6).toPrecision(3) + ' M' : v >= 1e4 ? +(v / 1e3).toPrecision(3) + ' k'
    : +v.toPrecision(3) + '';
  const perS = v => v == null ? '–' : si(v) + '/s';
  const whole = v => v == null ? '–' : Math.round(v).toLocaleString('en-GB');
  const sum = list => list.reduce((a, b) => a + b, 0);
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const main = document.querySelector('main');
  const plots = [];
  let grid = null;

  const section = title => { main.append(el('h3', {}, title)); grid = null; };
  // Built again when the width or the theme changes: a canvas has neither.
  const plot = (title, caption, wide, build) => {
    if (!grid) main.append(grid = el('div', { class: 'plots' }));
    const box = el('div');
    grid.append(el('figure', wide ? { class: 'wide' } : {}, el('h2', {}, title), el('figcaption', {}, caption), box));
    plots.push({ box, build });
  };
  const draw = () => plots.forEach(({ box, build }) => {
    box.replaceChildren();
    const width = Math.max(240, box.clientWidth);
    const { options, data } = build(width);
    new uPlot({ width, height: Math.round(Math.max(200, Math.min(options.tall ? 380 : 270, width * .62))), ...options }, data, box);
  });

  const axis = extra => ({ stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1, size: 4 }, font: '12px system-ui, sans-serif', ...extra });
  const seconds = () => axis({ values: (u, ticks) => ticks.map(t => t + ' s'), space: 60, size: 34 });
  const line = (label, colour, value, extra) => ({ label, stroke: colour, width: 1.6, value: (u, v) => value(v), points: { show: false }, ...extra });
  const fade = (colour, alpha) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = colour; const n = parseInt(c.fillStyle.slice(1), 16);
    return `rgba(${n >> 16},${n >> 8 & 255},${n & 255},${alpha})`; };
  const decades = (u, axisIndex, min, max) => { const out = []; for (let p = Math.floor(Math.log10(min)); p <= Math.ceil(Math.log10(max)); p++) for (const m of [1, 2, 5]) { const v = m * 10 ** p; if (v >= min && v <= max) out.push(v); } return out; };
  const latencyAxis = () => axis({ size: 62, splits: decades, filter: (u, splits) => splits.length > 9 ? splits.map(v => Math.abs(Math.log10(v) % 1) < 1e-6 ? v : null) : splits,
    values: (u, ticks) => ticks.map(t => t == null ? '' : axisUs(t)) });
  // At least a decade, or there would be no mark to read a value by.
  const logRange = (u, min, max) => { if (min == null || !(min > 0)) return [1, 1000]; const more = Math.max(1.25, Math.sqrt(10 / (max / min))); return [min / more, max * more]; };
  const legend = { live: true, markers: { width: 0, fill: (u, i) => u.series[i].stroke instanceof Function ? u.series[i].stroke(u, i) : u.series[i].stroke } };
  const colour = i => css('--c' + i % 7);
  const name = run => run.name || 'this run';

  // ----- head -----

  const first = runs[0];
  const open = run => run.loop === 'open';
  const whenOf = run => run.time ? run.time.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC') : '';
  const what = run => (run.replay ? 'a recording at ' + (run.config.speed === 'max' ? 'full speed' : run.config.speed + ' times its speed') + ', ' : '') + (run.protocol === 'iso8583' ? 'ISO 8583 messages' : run.config.batch > 1 ? 'transfers in batches of ' + whole(run.config.batch) : run.config.mix && !/^transfer=[^,]*$/.test(run.config.mix) ? 'a mix of ' + run.config.mix.replaceAll(',', ', ') : 'single transfers');
  document.title = many ? 'Load tests: ' + runs.map(name).join(', ') : 'Load test: ' + perS(first.throughput_per_s);
  main.append(el('header', {}, el('p', { class: 'kind' }, many ? 'Load tests compared' : 'Load test'),
    el('h1', {}, many ? runs.length + ' runs' + (runs.every(run => what(run) === what(first)) ? ', ' + what(first) : '') : whole(first.throughput_per_s) + ' a second, p99 ' + us(first.latency_us.p99)),
    el('p', { class: 'about' }, many ? 'Ratios are to the first run. They mean something if the runs were made in turn on one machine.'
      : [first.steps ? 'the last of ' + first.steps.length + ' rates' : null, what(first), open(first) ? 'open loop, ' + perS(first.config.rate) + ' offered, ' + first.config.arrivals + ' arrivals' : 'closed loop: as fast as a full window lets it',
        (first.config.connections + ' connections'), first.switch && first.switch.durability ? 'durability ' + first.switch.durability : null, whenOf(first)].filter(Boolean).join(' · '))));

  const refusedOf = run => sum(Object.values(run.refused || {}));
  if (!many) {
    const limit = first.limits && first.limits.echo;
    const proved = first.proof.outcome;
    const tile = (label, value, small, tone) => el('div', { class: 'tile' }, el('span', {}, label), el('b', tone ? { class: tone } : {}, value), small ? el('small', {}, small) : null);
    const against = q => limit && limit.latency_us ? 'echo ' + us(limit.latency_us[q]) : null;
    main.append(el('div', { class: 'tiles' },
      tile('accepted a second', si(first.throughput_per_s), open(first) ? si(first.config.rate) + ' offered' : 'saturation'),
      ...[['p50', 'p50'], ['p99', 'p99'], ['p99.9', 'p999'], ['greatest', 'max']].map(([label, q]) => tile(label, us(first.latency_us[q]), against(q))),
      tile('refused', whole(refusedOf(first)), first.unsent ? whole(first.unsent) + ' could not be sent' : 'of ' + whole(first.offered), refusedOf(first) + (first.unsent || 0) > 0 ? 'warn' : null),
      tile('money', proved, proved === 'proved' ? 'every account agrees' : 'see below', proved === 'proved' ? 'good' : proved === 'different' ? 'bad' : 'warn')));
  } else {
    const ratio = (v, base) => base ? (v / base).toFixed(2) + '×' : '';
    const head = ['run', 'accepted/s', '', 'p50', 'p99', '', 'p99.9', 'greatest', 'refused', 'money'];
    main.append(el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, el('tr', {}, head.map(h => el('th', {}, h)))), el('tbody', {}, runs.map((run, i) => el('tr', {},
      el('td', {}, el('span', { class: 'swatch', style: 'background:var(--c' + i % 7 + ')' }), name(run)), el('td', {}, whole(run.throughput_per_s)), el('td', {}, ratio(run.throughput_per_s, first.throughput_per_s)),
      el('td', {}, us(run.latency_us.p50)), el('td', {}, us(run.latency_us.p99)), el('td', {}, ratio(run.latency_us.p99, first.latency_us.p99)), el('td', {}, us(run.latency_us.p999)),
      el('td', {}, us(run.latency_us.max)), el('td', {}, whole(refusedOf(run))), el('td', { class: run.proof.outcome === 'proved' ? 'good' : 'bad' }, run.proof.outcome)))))));
  }
  const told = new Map();
  runs.forEach(run => (run.caveats || []).forEach(text => told.set(text, [...told.get(text) || [], name(run)])));
  const caveats = [...told].map(([text, names]) => (!many ? '' : (names.length === runs.length ? 'All' : names.join(', ')) + ': ') + text);
  if (caveats.length) main.append(el('div', { class: 'caveats' }, el('p', {}, 'Read with care'), el('ul', {}, caveats.map(text => el('li', {}, text)))));

  // ----- latency -----

  section('Latency');
  const curves = runs.map((run, i) => ({ label: name(run), points: run.percentiles || [], colour: () => colour(i) }));
  runs.forEach((run, i) => { if (run.limits && run.limits.echo && run.limits.echo.percentiles && (!many || i === 0))
    curves.push({ label: 'echo on this machine', points: run.limits.echo.percentiles, colour: () => css('--c5'), dash: [5, 4] }); });
  plot('How many waited how long', 'Each step to the right is ten times rarer. ' + (open(first) ? 'From the intended time of each request, so that a stall is charged for all that it delayed.'
    : 'A closed loop: the queue is always full, and this is mostly the time in it.') + (curves.some(c => c.dash) ? ' Dashed: messages of the same size, echoed over loopback with nothing behind.' : ''), true, () => {
    const aligned = uPlot.join(curves.map(c => [c.points.map(p => -Math.log10(1 - Math.min(p[0], 1 - 1e-9))), c.points.map(p => Math.max(p[1], .1))]));
    const percent = x => x <= 0 ? '0' : x < 1 ? (100 * (1 - 10 ** -x)).toFixed(0) + ' %' : (100 * (1 - 10 ** -x)).toFixed(Math.max(0, Math.round(x) - 2)) + ' %';
    return { data: aligned, options: { tall: true, legend, cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false, range: (u, a, b) => [0, Math.max(b, 2)] }, y: { distr: 3, range: logRange } },
      axes: [axis({ size: 34, splits: (u, i, min, max) => { const out = [0, .30103]; for (let d = 1; d <= max; d++) out.push(d); return out; }, filter: (u, t) => { let last = -Infinity; return t.map(v => { const at = u.valToPos(v, 'x'); if (at - last < 46) return null; last = at; return v; }); },
        values: (u, t) => t.map(v => v == null ? '' : percent(v)), space: 10 }), latencyAxis()],
      series: [{ label: 'percentile', value: (u, v) => v == null ? '–' : (100 * (1 - 10 ** -v)).toFixed(Math.max(1, Math.ceil(v) - 1)) + ' %' },
        ...curves.map(c => line(c.label, c.colour(), us, { dash: c.dash, spanGaps: true, width: c.dash ? 1.4 : 2 }))] } };
  });

  const mids = run => run.series.from_s.map((f, i) => (f + run.series.to_s[i]) / 2);
  const spanOf = run => run.series.from_s.map((f, i) => Math.max(1e-3, run.series.to_s[i] - f));
  const steady = runs.filter(run => run.series && run.series.from_s.length);
  if (!many && steady.length) {
    const series = first.series;
    const heat = u => {
      const { least_us: least, steps_a_decade: steps, step_and_count: columns } = series.spread;
      const context = u.ctx;
      context.save();
      context.beginPath(); context.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height); context.clip();
      columns.forEach((column, i) => {
        const all = sum(column.filter((v, k) => k % 2)) || 1;
        const x0 = u.valToPos(series.from_s[i], 'x', true), x1 = u.valToPos(series.to_s[i], 'x', true);
        for (let k = 0; k < column.length; k += 2) {
          const y0 = u.valToPos(least * 10 ** (column[k] / steps), 'y', true), y1 = u.valToPos(least * 10 ** ((column[k] + 1) / steps), 'y', true);
          // By the logarithm: one in ten thousand is seen as well as one in two.
          const strength = Math.max(.05, 1 + Math.log10(column[k + 1] / all) / 6.5);
          context.fillStyle = `rgba(${css('--heat')}, ${(.85 * strength ** 1.6).toFixed(3)})`;
          context.fillRect(x0, y1, Math.max(1, x1 - x0 + .5), y0 - y1 + .5);
        }
      });
      context.restore();
    };
    plot('Latency over time', 'Each column is a second, each cell the share of its answers that took so long; dark is many, pale is one in a million. The lines are p50, p99 and the greatest of each second.', true, () => ({
      data: [mids(first), series.p50_us, series.p99_us, series.max_us], options: { tall: true, legend, hooks: { drawClear: [heat] },
        scales: { x: { time: false, range: [series.from_s[0], series.to_s[series.to_s.length - 1]] }, y: { distr: 3, range: (u, a, b) => logRange(u, Math.min(...series.p50_us) / 4, Math.max(...series.max_us)) } },
        axes: [seconds(), latencyAxis()], series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, line('p50', css('--ink'), us), line('p99', css('--c1'), us), line('greatest', css('--bad'), us, { width: 1, dash: [3, 3] })] } }));
  } else if (steady.length) {
    plot('p99 of each second', 'A second is its own percentile here; the runs\' are those of the table, never means of these.', true, () => ({ data: uPlot.join(steady.map(run => [mids(run), run.series.p99_us])),
      options: { tall: true, legend, scales: { x: { time: false }, y: { distr: 3, range: logRange } }, axes: [seconds(), latencyAxis()],
        series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, ...steady.map(run => line(name(run), colour(runs.indexOf(run)), us, { spanGaps: true }))] } }));
  }
  const stepped = runs.filter(run => run.steps && run.steps.length);
  if (stepped.length) {
    plot('Latency by rate', 'Each point is a run of its own with its own proof. ' + (stepped.length > 1 ? 'p99 of each.' : ''), true, () => {
      const one = stepped[0];
      const rows = stepped.length > 1 ? stepped.map(run => [run.steps.map(s => s.rate), run.steps.map(s => s.latency_us.p99)])
        : ['p50', 'p99', 'p999'].map(q => [one.steps.map(s => s.rate), one.steps.map(s => s.latency_us[q])]);
      const labels = stepped.length > 1 ? stepped.map(name) : ['p50', 'p99', 'p99.9'];
      return { data: uPlot.join(rows), options: { tall: true, legend, scales: { x: { time: false }, y: { distr: 3, range: logRange } }, axes: [axis({ size: 34, space: 70, values: (u, t) => t.map(perS) }), latencyAxis()],
        series: [{ label: 'offered', value: (u, v) => perS(v) }, ...labels.map((label, i) => line(label, colour(i), us, { spanGaps: true, points: { show: true, size: 6 } }))] } };
    });
  }

  // ----- where the time goes -----

  const STAGES = [['decode', 'read and decode'], ['ring', 'wait in the ring'], ['apply', 'apply'], ['journal', 'journal'], ['sync', 'sync to the device'], ['reply', 'hand back the answer']];
  const stacked = (labels, colours, x, rows, value, yAxis, top) => {
    const upTo = rows.map(() => []);
    x.forEach((_, i) => { let at = 0; rows.forEach((row, k) => { at += Math.max(0, row[i] || 0); upTo[k][i] = at; }); });
    const order = rows.map((_, k) => rows.length - 1 - k);
    return { data: [x, ...order.map(k => upTo[k])], options: { legend, scales: { x: { time: false }, y: { range: (u, a, b) => [0, Math.max(top || 0, b * 1.08) || 1] } }, axes: [seconds(), yAxis],
      bands: order.slice(0, -1).map((_, i) => ({ series: [i + 1, i + 2] })),
      series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, ...order.map(k => line(labels[k], colours[k], null, { width: 1, fill: fade(colours[k], .55), value: (u, v, s, i) => i == null ? '–' : value(rows[k][i]) }))] } };
  };
  const staged = runs.filter(run => run.stages && run.resources.at_s.length);
  if (staged.length) {
    section('Where the time goes');
    if (!many) {
      const meanAt = second => { const i = first.series.from_s.findIndex((f, k) => second - .5 >= f - .5 && second - .5 < first.series.to_s[k]); return i < 0 ? null : first.series.mean_us[i]; };
      plot('A payment\'s way through the switch', 'Means of each second, stacked: means add up, percentiles do not. The rest of what the client measured is sockets, kernel and the client itself.', true, () => {
        const x = first.resources.at_s;
        const rows = STAGES.map(([key]) => first.stages.mean_us[key]);
        const rest = x.map((second, i) => { const all = meanAt(second); return all == null ? 0 : Math.max(0, all - sum(rows.map(row => row[i] || 0))); });
        return stacked([...STAGES.map(s => s[1]), 'sockets and client'], [...STAGES.map((_, i) => colour([4, 0, 2, 6, 1, 3][i])), css('--c5')], x, [...rows, rest], us, axis({ size: 62, values: (u, t) => t.map(axisUs) }));
      });
    }
    const table = el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, el('tr', {}, ['stage', ...staged.flatMap(run => many ? [name(run) + ' mean', 'p99'] : ['mean', 'p50', 'p90', 'p99', 'p99.9', 'samples'])].map(h => el('th', {}, h)))),
      el('tbody', {}, STAGES.map(([key, label]) => el('tr', {}, el('td', {}, label), staged.flatMap(run => { const s = run.stages.whole[key];
        return (many ? [us(s.mean_us), us(s.p99_us)] : [us(s.mean_us), us(s.p50_us), us(s.p90_us), us(s.p99_us), us(s.p999_us), whole(s.samples)]).map(v => el('td', {}, v)); }))))));
    main.append(table); grid = null;
  }

  // ----- rates and resources -----

  section('Rates and resources');
  if (!many && steady.length) {
    plot('Offered, accepted, refused', 'Commands a second.', false, () => {
      const span = spanOf(first); const rate = list => list.map((v, i) => v / span[i]);
      const offered = open(first) && first.protocol !== 'iso8583' ? first.series.sent.map(() => first.config.rate) : rate(first.series.sent);
      return { data: [mids(first), offered, rate(first.series.accepted), rate(first.series.refused)], options: { legend, scales: { x: { time: false }, y: { range: (u, a, b) => [0, b * 1.1 || 1] } },
        axes: [seconds(), axis({ size: 56, values: (u, t) => t.map(si) })], series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) },
          line('offered', css('--c5'), perS, { dash: [5, 4] }), line('accepted', css('--c0'), perS, { width: 2 }), line('refused', css('--bad'), perS)] } };
    });
  } else if (steady.length) {
    plot('Accepted a second', 'Commands.', true, () => ({ data: uPlot.join(steady.map(run => [mids(run), run.series.accepted.map((v, i) => v / spanOf(run)[i])])), options: { legend, scales: { x: { time: false }, y: { range: (u, a, b) => [0, b * 1.1 || 1] } },
      axes: [seconds(), axis({ size: 56, values: (u, t) => t.map(si) })], series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, ...steady.map(run => line(name(run), colour(runs.indexOf(run)), perS, { spanGaps: true }))] } }));
  }
  const resources = !many && first.resources && first.resources.at_s.length > 1 ? first.resources : null;
  if (resources) {
    const x = resources.at_s;
    const client = resources.client_cpu, own = resources.switch_cpu || x.map(() => 0);
    const told = resources.switch_cpu && resources.switch_cpu.some(v => v != null);
    plot('Processor time', 'Cores in use, of ' + (first.machine ? first.machine.processors : '?') + '. Stolen is what the host of a virtual machine gave to others.' + (told ? '' : ' The switch is among the others: name its page of figures by --metrics-port.'), false, () => {
      const used = x.map((_, i) => (resources.machine_user_cpu[i] || 0) + (resources.machine_system_cpu[i] || 0));
      const others = x.map((_, i) => Math.max(0, used[i] - (own[i] || 0) - (client[i] || 0)));
      const rows = told ? [own, client, others, resources.machine_steal_cpu] : [client, others, resources.machine_steal_cpu];
      const labels = told ? ['switch', 'load generator', 'others', 'stolen'] : ['load generator', 'others', 'stolen'];
      const colours = told ? ['--c0', '--c1', '--c5', '--bad'] : ['--c1', '--c5', '--bad'];
      return stacked(labels, colours.map(css), x, rows, v => v == null ? '–' : v.toFixed(2), axis({ values: (u, t) => t.map(v => v.toFixed(1)) }), first.machine && first.machine.processors);
    });
    if (resources.switch_written_bytes && resources.switch_written_bytes.some(v => v)) {
      plot('Bytes written by the switch', 'Commit log and queue, as the system counts them on the way to the device.', false, () => ({ data: [x, resources.switch_written_bytes], options: { legend, scales: { x: { time: false }, y: { range: (u, a, b) => [0, b * 1.1 || 1] } },
        axes: [seconds(), axis({ size: 62, values: (u, t) => t.map(v => si(v) + 'B') })], series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, line('bytes a second', css('--c2'), v => v == null ? '–' : si(v) + 'B/s', { fill: fade(css('--c2'), .25) })] } }));
      plot('Synced writes', 'Groups that went to the device; each answers all that it holds.', false, () => ({ data: [x, resources.switch_syncs, resources.switch_commands.map((v, i) => resources.switch_syncs[i] ? v / resources.switch_syncs[i] : null)],
        options: { legend, scales: { x: { time: false }, y: { range: (u, a, b) => [0, b * 1.1 || 1] }, group: { range: (u, a, b) => [0, b * 1.1 || 1] } }, axes: [seconds(), axis({ size: 56, values: (u, t) => t.map(si) }), axis({ scale: 'group', side: 1, grid: { show: false }, values: (u, t) => t.map(si) })],
          series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, line('syncs a second', css('--c3'), si), line('commands in each', css('--c4'), si, { scale: 'group', dash: [5, 4] })] } }));
    }
    const pauses = resources.client_gc_at_s_and_ms || [];
    const theirs = resources.switch_gc_ms || [];
    plot('Pauses of the garbage collectors', (pauses.length ? pauses.length + ' of the load generator, the longest ' + us(1000 * Math.max(...pauses.map(p => p[1]))) : 'The load generator had none')
      + (theirs.length ? '; the switch\'s are milliseconds in each second.' : '.'), false, () => {
      const data = uPlot.join([pauses.length ? [pauses.map(p => p[0]), pauses.map(p => p[1])] : [[0, first.config.duration_ms / 1000], [null, null]], theirs.length ? [x, theirs] : [[0, 1], [null, null]]]);
      return { data, options: { legend, scales: { x: { time: false, range: [0, first.config.duration_ms / 1000] }, y: { range: (u, a, b) => [0, Math.max(1, b * 1.1)] } }, axes: [seconds(), axis({ size: 56, values: (u, t) => t.map(v => v + ' ms') })],
        series: [{ label: 'second', value: (u, v) => v == null ? '–' : v.toFixed(1) }, line('load generator', css('--c1'), v => v == null ? '–' : v + ' ms', { width: 0, points: { show: true, size: 7, fill: css('--c1') } }), line('switch', css('--c0'), v => v == null ? '–' : v.toFixed(1) + ' ms', { spanGaps: true, fill: fade(css('--c0'), .2), paths: uPlot.paths.stepped({ align: -1 }) })] } };
    });
  }

  // ----- shares -----

  const shared = runs.filter(run => run.shares && run.shares.length);
  if (shared.length) {
    section('Beside what this machine can do');
    main.append(el('p', { class: 'about' }, 'The limits were measured by the same program just before the run: the shares say how much of the machine the product leaves unused.'));
    shared.forEach(run => main.append(many ? el('p', {}, name(run)) : '', ...run.shares.map(share => el('div', { class: 'share' }, el('span', {}, share.what),
      el('i', {}, el('u', { style: 'width:' + Math.min(100, 100 * share.share).toFixed(1) + '%' })), el('em', {}, share.text), el('small', {}, share.of)))));
  }

  // ----- the money, the configuration, the machine -----

  section('The money');
  runs.forEach(run => main.append(el('div', { class: 'proof ' + ({ proved: '', different: 'bad' }[run.proof.outcome] ?? 'warn') }, el('p', {}, (many ? name(run) + ': ' : '') + run.proof.outcome), (run.proof.text || []).map(text => el('p', {}, text)),
    (run.errors || []).map(text => el('p', { class: 'bad' }, text)), Object.entries(run.refused || {}).map(([code, count]) => el('p', {}, whole(count) + ' refused: ' + code)))));

  const replayed = runs.filter(run => run.replay);
  if (replayed.length) {
    section('The recording');
    replayed.forEach(run => { const r = run.replay; main.append(el('div', { class: 'proof ' + (r.different + r.repeated + r.unanswered ? 'warn' : '') },
      el('p', {}, (many ? name(run) + ': ' : '') + whole(r.same) + ' outcomes as recorded, ' + whole(r.different) + ' not' + (r.unanswered ? ', ' + whole(r.unanswered) + ' unknown or not sent' : '')),
      r.differences.map(d => el('p', {}, whole(d.count) + ' were ' + d.recorded + ' and are ' + d.replayed + ': ' + d.examples.join('; '))),
      r.repeated ? el('p', {}, whole(r.repeated) + ' were known before: the switch was not fresh') : null,
      el('p', {}, whole(r.transfers) + ' transfers in ' + r.span_s.toFixed(3) + ' s from ' + r.from + ', sequences ' + r.first_sequence + ' to ' + r.last_sequence + ' of ' + r.journal),
      el('p', {}, 'Set-up ' + (r.set_up.sent ? 'made' : 'assumed') + ' as in the recording: ' + ['participants', 'grants', 'accounts', 'transfers'].map(k => k + ' ' + whole(r.set_up[k])).join(', ')),
      r.not_sent.map(n => el('p', {}, whole(n.count) + ' not sent: ' + n.kind + ' (' + n.whose + ')')))); });
  }

  section(many ? 'What differed' : 'What was run, and where');
  const flat = value => value && typeof value === 'object' ? JSON.stringify(value) : String(value);
  const rowsOf = (title, key) => {
    const keys = [...new Set(runs.flatMap(run => Object.keys(run[key] || {})))].filter(k => !many || new Set(runs.map(run => flat((run[key] || {})[k]))).size > 1);
    return keys.length ? el('div', {}, el('h2', {}, title), el('div', { class: 'scroll' }, el('table', { class: 'pairs' }, el('tbody', {}, keys.map(k => el('tr', {}, el('th', {}, k.replaceAll('_', ' ')), runs.map(run => el('td', {}, flat((run[key] || {})[k] ?? '–')))))))) ) : null;
  };
  main.append(el('div', { class: 'two' }, rowsOf('Configuration', 'config'), el('div', {}, rowsOf('Machine', 'machine'), rowsOf('Switch', 'switch'))));
  main.append(el('details', {}, el('summary', {}, 'How to read this'), el('ul', {}, [
    'Open loop: requests fall due by a schedule that waits for nobody, and latency counts from that time. A switch that stalls is charged for every request that it delayed (no coordinated omission).',
    'Percentiles are of all answers of the measured part, from one histogram with three significant digits. None is a mean of percentiles.',
    'What was answered in the warm-up is in no figure, but in the proof of the money.',
    'The load generator\'s own delays (send lag) are in the latency, and are told beside it.',
    'Durability process answers before the device has the data: its figures are of the page cache, and are not those of disk.',
    'Each point of a curve of percentiles rests on few answers at its far right; below a hundred it is an anecdote.'].map(text => el('li', {}, text)))));
  main.append(el('footer', {}, 'Made by loadtest.jar of Daybreak. Plots by uPlot (MIT). The data of this page stands in it as JSON.'));

  draw();
  let width = innerWidth;
  addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
