package io.daybreak.journal;

/**
 * An append or a sync failed. What it left behind is unknown, so the process stops, and the next start trusts nothing
 * that was not known to be on the device.
 */
public final class JournalFailedException extends JournalException {
    private final boolean diskFull;

    /**
     * Wraps the failure of the file system, or of Chronicle on top of it.
     *
     * @param diskNearlyFull whether the device had next to nothing left when it happened: a memory map that finds no block behind a page
     *                       says nothing of the reason
     */
    public JournalFailedException(final String doing, final Throwable cause, final boolean diskNearlyFull) {
        super("journal failed while " + doing + ": " + rootMessage(cause), cause);
        diskFull = diskNearlyFull || tellsOfFullDisk(cause);
    }

    /** Whether the device had no space left: then freeing space and starting again is enough. */
    public boolean isDiskFull() {
        return diskFull;
    }

    private static String rootMessage(final Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    private static boolean tellsOfFullDisk(final Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            final String message = t.getMessage();
            if (message != null && (message.contains("No space left") || message.contains("Disk quota exceeded"))) {
                return true;
            }
        }
        return false;
    }
}
