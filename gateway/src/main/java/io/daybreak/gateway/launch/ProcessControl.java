package io.daybreak.gateway.launch;

/** What a server may ask of the process it runs in. Any thread. */
interface ProcessControl {
    /** Nobody listens: a server in a test. */
    ProcessControl NONE = new ProcessControl() {
        @Override
        public void stop(final ExitCode code, final String message) {
            throw new IllegalStateException(code + ": " + message);
        }

        @Override
        public void restart() {
            throw new IllegalStateException("restart");
        }
    };

    /** Ends the process at once, as after a failure, with a sentence for the operator. */
    void stop(ExitCode code, String message);

    /** Closes the server and starts another one in its place. Returns at once. */
    void restart();
}
