import type { AlertEntry } from "../alerts";
import type { Moment } from "../freshness";
import type { Room } from "../ward";
import { PatientTile } from "./PatientTile";

interface Props {
  room: Room;
  moment: Moment;
  worst: ReadonlyMap<number, AlertEntry>;
}

export function RoomSection({ room, moment, worst }: Props) {
  const id = `room-${room.name || "none"}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="room-title">
        {room.name || "Sans salle"} <span className="muted">{room.patients.length} patient{room.patients.length > 1 ? "s" : ""}</span>
      </h2>
      <div className="tiles">
        {room.patients.map((one) => (
          <PatientTile
            key={one.patient.id}
            one={one}
            now={moment.now}
            clockOffset={moment.clockOffset}
            wokeAt={moment.wokeAt}
            alert={worst.get(one.patient.id) ?? null}
          />
        ))}
      </div>
    </section>
  );
}
