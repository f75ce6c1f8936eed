// The emoji the desk uses, by their short names; any other name stays as it was typed.

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", warning: "⚠️", no_entry: "⛔",
  no_entry_sign: "🚫", hourglass: "⌛", hourglass_flowing_sand: "⏳", package: "📦", mag: "🔍", mag_right: "🔎", bell: "🔔",
  no_bell: "🔕", inbox_tray: "📥", outbox_tray: "📤", incoming_envelope: "📨", email: "📧", envelope: "✉️", memo: "📝",
  page_facing_up: "📄", clipboard: "📋", file_folder: "📁", link: "🔗", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️",
  scales: "⚖️", bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", calendar: "📅", date: "📅",
  alarm_clock: "⏰", clock1: "🕐", stopwatch: "⏱️", rocket: "🚀", tada: "🎉", wave: "👋", eyes: "👀", thumbsup: "👍", "+1": "👍",
  thumbsdown: "👎", "-1": "👎", raised_hand: "✋", point_right: "👉", question: "❓", grey_question: "❔", exclamation: "❗",
  information_source: "ℹ️", bulb: "💡", gear: "⚙️", wrench: "🔧", hammer: "🔨", wastebasket: "🗑️", pencil: "✏️", pencil2: "✏️",
  leftwards_arrow_with_hook: "↩️", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", repeat: "🔁",
  arrows_counterclockwise: "🔄", pause_button: "⏸️", arrow_forward: "▶️", stop_sign: "🛑", octagonal_sign: "🛑", fire: "🔥", star: "⭐", sparkles: "✨",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", large_purple_circle: "🟣", ghost: "👻", robot_face: "🤖", house: "🏠", shopping_trolley: "🛒",
  label: "🏷️", globe_with_meridians: "🌐", busts_in_silhouette: "👥", bust_in_silhouette: "👤", cop: "👮", briefcase: "💼",
  snail: "🐌", zap: "⚡", construction: "🚧", rotating_light: "🚨", speech_balloon: "💬", loudspeaker: "📢", mega: "📣", seedling: "🌱",
  writing_hand: "✍️", double_vertical_bar: "⏸️", wind_blowing_face: "🌬️", one: "1️⃣", two: "2️⃣", three: "3️⃣",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
