package io.daybreak.state;

/** A part of the state that can be written to a snapshot and read back. Called by the owner of the state, between two commands. */
public interface Stateful {
    /**
     * Shows every word of the state, in a fixed order, to the image: it takes them, or gives others in their place. One method for both ways, so
     * that they cannot come to differ. What follows from the rest, or is no state, is left out, and laid out anew when {@link StateImage#isLoading}.
     * <p>
     * While loading, the part is empty. After a {@link StateFormatException} it is good for nothing.
     */
    void image(StateImage image);
}
