package dev.sunda.optim;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// One schedule after the other, see [Schedule#sequential].
final class Sequential implements Schedule {
    private final List<Schedule> schedules;
    private final long[] milestones;

    Sequential(List<Schedule> schedules, long... milestones) {
        schedules.forEach(schedule -> Objects.requireNonNull(schedule, "Schedule.sequential: a schedule is null"));
        this.schedules = List.copyOf(schedules);
        this.milestones = milestones.clone();
        if (milestones.length != schedules.size() - 1)
            throw new IllegalArgumentException(
                    "Schedule.sequential: there must be one milestone between two schedules (got " + schedules.size()
                            + " schedules, " + milestones.length + " milestones)");
        for (int i = 0; i < milestones.length; i++)
            if (milestones[i] < (i == 0 ? 0 : milestones[i - 1] + 1))
                throw new IllegalArgumentException("Schedule.sequential: the milestones must be 0 or more and ascending (got "
                        + Arrays.toString(milestones) + ")");
    }

    @Override
    public double rate(long step, double base) {
        int i = index(step);
        return schedules.get(i).rate(since(i, step), base);
    }

    @Override
    public double momentum(long step, double base) {
        int i = index(step);
        return schedules.get(i).momentum(since(i, step), base);
    }

    private int index(long step) {
        int i = 0;
        while (i < milestones.length && step >= milestones[i])
            i++;
        return i;
    }

    private long since(int i, long step) {
        return i == 0 ? step : step - milestones[i - 1];
    }
}
