import time, pytest
from faults.processes import kill
@pytest.mark.parametrize("scenario", ["sort"], indirect=True)
def test_probe(scenario):
    w=scenario.world
    ps=[p for p in scenario.moving if p.changes]
    print(len(ps))
    for k in range(0,len(ps),25):
        t=[time.time()]
        w.reset(); t.append(time.time())
        d=scenario.run(*kill(ps[k])); t.append(time.time())
        w.listed(); t.append(time.time())
        scenario.command("enable"); t.append(time.time())
        scenario.command("sort"); t.append(time.time())
        w.state(); t.append(time.time())
        print(k, *["%.3f"%(b-a) for a,b in zip(t,t[1:])])
