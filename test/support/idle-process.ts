/** Says that it is there, and then does nothing until it is ended. */
process.send?.('ready')
process.on('disconnect', () => process.exit())
setInterval(() => undefined, 60_000)
