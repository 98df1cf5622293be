export declare const rooms: readonly string[];
export declare const portableRooms: readonly string[];
