package dev.sunda.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Whose calls go to which device, and recordings that cannot be.
class ContextTests {
    private final FakeDriver driver = new FakeDriver(FakeMachine.LEAST.devices(2));
    private final Context first = context(0);
    private final Context second = context(1);

    private Context context(int ordinal) {
        var cuda = new Cuda(driver);
        cuda.initialise();
        return new Context(cuda, ordinal);
    }

    @Test
    void aThreadThatUsesTwoDevicesInTurnCallsTheRightOne() {
        int before = driver.calls("cuCtxSetCurrent");
        second.makeCurrent();
        first.makeCurrent();
        first.makeCurrent();
        second.makeCurrent();
        assertThat(driver.calls("cuCtxSetCurrent") - before).isEqualTo(2);
    }

    @Test
    void failingWorkEndsItsRecording() {
        assertThatThrownBy(() -> first.record(() -> {
            throw new IllegalArgumentException("stop");
        })).hasMessage("stop");
        assertThat(first.isRecording()).isFalse();
        first.synchronize();
    }
}
