package io.daybreak.pipeline;

/** Settings of the pipeline. */
public final class PipelineContext {
}
