package io.daybreak.loadtest.simulation;

/**
 * A command that builds the town: sent until it is answered.
 *
 * @param sender actor that sends it
 */
record SetUpCommand(int sender, int templateId, int participantId, byte[] body) {
    @Override
    public String toString() {
        return "template " + templateId;
    }
}
