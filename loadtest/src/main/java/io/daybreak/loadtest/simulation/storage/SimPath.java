package io.daybreak.loadtest.simulation.storage;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A name on a simulated disk; names between slashes, without dots. Immutable. */
final class SimPath implements Path {
    private final SimFileSystem fileSystem;
    private final String text;

    SimPath(final SimFileSystem fileSystem, final String text) {
        this.fileSystem = fileSystem;
        this.text = text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private String[] parts() {
        final String names = isAbsolute() ? text.substring(1) : text;
        return names.isEmpty() ? new String[0] : names.split("/");
    }

    private SimPath path(final String newText) {
        return new SimPath(fileSystem, newText);
    }

    @Override
    public FileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public boolean isAbsolute() {
        return text.startsWith("/");
    }

    @Override
    public Path getRoot() {
        return isAbsolute() ? path("/") : null;
    }

    @Override
    public Path getFileName() {
        final String[] parts = parts();
        return parts.length == 0 ? null : path(parts[parts.length - 1]);
    }

    @Override
    public Path getParent() {
        final int slash = text.lastIndexOf('/');
        if (slash < 0 || text.length() == 1) {
            return null;
        }
        return path(slash == 0 ? "/" : text.substring(0, slash));
    }

    @Override
    public int getNameCount() {
        return parts().length;
    }

    @Override
    public Path getName(final int index) {
        return path(parts()[index]);
    }

    @Override
    public Path subpath(final int beginIndex, final int endIndex) {
        return path(Arrays.stream(parts(), beginIndex, endIndex).collect(Collectors.joining("/")));
    }

    @Override
    public boolean startsWith(final Path other) {
        return text.equals(other.toString()) || text.startsWith(other.toString().equals("/") ? "/" : other + "/");
    }

    @Override
    public boolean endsWith(final Path other) {
        return text.equals(other.toString()) || text.endsWith("/" + other);
    }

    @Override
    public Path normalize() {
        return this;
    }

    @Override
    public Path resolve(final Path other) {
        if (other.isAbsolute() || text.isEmpty()) {
            return other;
        }
        return path("/".equals(text) ? "/" + other : text + "/" + other);
    }

    @Override
    public Path relativize(final Path other) {
        if (!other.startsWith(this)) {
            throw new IllegalArgumentException(other + " is not below " + this);
        }
        return path(other.toString().length() == text.length() ? "" : other.toString().substring("/".equals(text) ? 1 : text.length() + 1));
    }

    @Override
    public URI toUri() {
        return URI.create("simulated:" + text);
    }

    @Override
    public Path toAbsolutePath() {
        return isAbsolute() ? this : path("/" + text);
    }

    @Override
    public Path toRealPath(final LinkOption... options) {
        return toAbsolutePath();
    }

    @Override
    public WatchKey register(final WatchService watcher, final WatchEvent.Kind<?>[] events, final WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("nobody is told of changes");
    }

    @Override
    public int compareTo(final Path other) {
        return text.compareTo(other.toString());
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof SimPath path && path.fileSystem == fileSystem && path.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
