package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.nn.functional.Shuffles;

/// Channels dealt out anew, see [Shuffles#channelShuffle]. Shapes: `[N, C, ...]` to the same. No parameters.
public final class ChannelShuffle extends Layer {
    private final int groups;

    /// @param groups divides the channels
    public ChannelShuffle(int groups) {
        Require.atLeast("ChannelShuffle", "number of groups", groups, 1);
        this.groups = groups;
    }

    @Override
    protected Variable compute(Variable x) {
        return Shuffles.channelShuffle(x, groups);
    }

    @Override
    protected String options() {
        return "groups " + groups;
    }
}
