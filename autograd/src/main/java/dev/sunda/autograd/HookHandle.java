package dev.sunda.autograd;

/// Takes a hook away again.
@FunctionalInterface
public interface HookHandle {
    /// From now on the hook is not called. Calling this twice does no harm.
    void remove();
}
