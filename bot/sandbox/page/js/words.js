// Error codes in words a newcomer can act on.

const WORDS = {
  operation_timeout: "The bot did not answer within three seconds. It may still be working; wait a moment, or try again.",
  dispatch_failed: "The bot could not be reached. Is it still running?",
  http_error: "The bot answered with an error.",
  dispatch_unknown_error: "The bot's answer could not be understood.",
  unknown_command: "No app in this workspace knows that command. Type / to see the ones there are.",
  dispatch_no_command: "No app in this workspace knows that command. Type / to see the ones there are.",
  channel_not_found: "You cannot see that channel.",
  not_in_channel: "You are not in that channel.",
  is_archived: "That channel is archived: nothing can be posted there.",
  message_not_found: "That message is no longer there.",
  view_not_found: "That form is no longer open.",
  block_not_found: "That control is no longer there: the message has changed meanwhile.",
  action_not_found: "That control is no longer there: the message has changed meanwhile.",
  commands_in_threads: "Commands cannot be used inside a thread. Type it in the channel instead.",
  account_inactive: "Your account is deactivated: you can read along here, but do nothing. Undo it under “Troubles”.",
  restricted_action: "Apps may not post in that channel.",
  method_not_supported_for_channel_type: "That works in channels only, not in direct messages.",
  no_text: "There is nothing to send yet.",
};

/** A sentence for a code, with the code itself for whoever looks it up. */
export function inWords(code) {
  if (!code) return "That did not work.";
  if (WORDS[code]) return `${WORDS[code]} (${code})`;
  return /^[a-z0-9_]+$/.test(code) ? `That did not work: ${code.replaceAll("_", " ")}. (${code})` : String(code);
}
