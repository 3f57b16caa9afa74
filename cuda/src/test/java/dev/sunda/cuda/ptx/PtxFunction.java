package dev.sunda.cuda.ptx;

import java.util.List;

/// A kernel or a device function of the text.
///
/// @param name       its name
/// @param results    what it returns, empty for a kernel
/// @param parameters what it takes
/// @param maxThreads the most threads a block may have
/// @param body       its statements
record PtxFunction(String name, List<Formal> results, List<Formal> parameters, int maxThreads, List<Statement> body) {
    /// A formal parameter or result.
    ///
    /// @param name      its name
    /// @param type      the type of a scalar, `b8` for an array of bytes
    /// @param bytes     size in bytes
    /// @param alignment alignment in bytes
    record Formal(String name, String type, int bytes, int alignment) {
    }
}
