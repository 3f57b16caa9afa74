package dev.sunda.optim;

/// A straight rise to the first rate of another schedule, see [Schedule#warmUp].
record Rise(int steps, Schedule then) implements Schedule {
    @Override
    public double rate(long step, double base) {
        return then.rate(0, base) * (step + 1) / (steps + 1);
    }

    @Override
    public double momentum(long step, double base) {
        return then.momentum(0, base);
    }
}
