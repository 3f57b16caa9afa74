package dev.sunda.optim;

import java.util.List;
import java.util.Objects;

/// Several schedules at once, see [Schedule#chained].
record Chained(List<Schedule> schedules) implements Schedule {
    Chained {
        schedules.forEach(schedule -> Objects.requireNonNull(schedule, "Schedule.chained: a schedule is null"));
        schedules = List.copyOf(schedules);
        Checks.positive("Schedule.chained", "the number of schedules", schedules.size());
    }

    @Override
    public double rate(long step, double base) {
        double rate = base;
        for (Schedule schedule : schedules)
            rate = schedule.rate(step, rate);
        return rate;
    }

    @Override
    public double momentum(long step, double base) {
        double momentum = base;
        for (Schedule schedule : schedules)
            momentum = schedule.momentum(step, momentum);
        return momentum;
    }
}
