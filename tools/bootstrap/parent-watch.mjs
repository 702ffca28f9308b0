// Loaded before every command's file: whoever started it may be killed, and then nobody is left to
// stop it. The closed channel tells, and is taken for what it would have forwarded.
if (process.connected) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Listening must not keep a command from ending when it is done.
  process.channel?.unref();
}
